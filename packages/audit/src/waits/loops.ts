import type { CallSite, CodeFunction } from '../language/code.ts';
import { linesOf, type SourceFile } from '../resolve/index.ts';
import type { SyncSign } from './sign.ts';

/**
 * Whether a call works through the parts of a document or of a collection, one after another: a
 * loop around it, in the same function, runs over paragraphs, files, rows and their like.
 */
export function loopSign(call: CallSite, file: SourceFile): SyncSign | undefined {
  if (!call.inLoop) return undefined;
  const around = loopsAround(call, file);
  const text = around.find((each) => parts.test(loop.exec(each)?.[0] ?? '')) ?? gridIn(around);
  return text === undefined
    ? undefined
    : { sync: 'batch', sign: `it is in a loop: ${text.trim()}`, weight: 'named' };
}

/** Loops over collections within each other try out all there is of each: the outermost, if so many. */
function gridIn(around: readonly string[]): string | undefined {
  const over = around.filter((each) => collection.test(each));
  return over.length >= 3 ? over.at(-1) : undefined;
}

const collection = /\b(?:for|foreach)\b.*\b(?:in|of)\s+[&*(]*[a-z]/;

/** The heads of the loops around a call, from the inside out, within its function. */
function loopsAround({ expr, fn }: CallSite, file: SourceFile): string[] {
  const first = Math.max(fn?.line ?? 1, expr.line - farthest);
  const lines = linesOf(file, first, expr.line).split('\n');
  const heads: string[] = [];
  let inside = Number.POSITIVE_INFINITY;
  for (const text of lines.reverse()) {
    const indent = text.search(/\S/);
    // A brace on a line of its own stands as far in as the head before it.
    if (indent < 0 || indent >= inside || /^\s*\{\s*$/.test(text)) continue;
    inside = indent;
    if (loop.test(text)) heads.push(text);
  }
  return heads;
}

/**
 * Whether a call of a script, which nobody answers to at a terminal, goes through whatever there is: a
 * loop around it, in the same function, runs over several.
 */
export function scriptLoopSign(call: CallSite, file: SourceFile): SyncSign | undefined {
  if (!call.inLoop || !isScript(file)) return undefined;
  const text = loopsAround(call, file).find((each) => {
    const over = several.exec(each)?.[1];
    return over !== undefined && !again.test(over);
  });
  return text === undefined
    ? undefined
    : { sync: 'batch', sign: `a script goes through all: ${text.trim()}`, weight: 'placed' };
}

/** Whether the wrapper that is called goes through the parts of something, at whatever it asks. */
export function loopWithin({ through }: Through): SyncSign | undefined {
  if (!through) return undefined;
  const { call, file } = through.coupling;
  const sign = loopSign(call, file);
  return (
    sign && { ...sign, sign: `${through.fn.name} asks in a loop: ${sign.sign.split(': ')[1]}` }
  );
}

interface Through {
  readonly through?: {
    readonly fn: CodeFunction;
    readonly coupling: { readonly call: CallSite; readonly file: SourceFile };
  };
}

/** Whether a file is run by itself, and asks nobody anything. */
export const isScript = ({ text, language: { id } }: SourceFile): boolean =>
  (id === 'javascript' || id === 'python') && runs.test(text) && !asks.test(text);

const runs =
  /^if __name__ == ['"]__main__['"]|^(?:void |await )?(?:main|run|(?:update|process|sync|index|ingest|migrate|generate|crawl|scrape|import|annotate|label|translate)\w*)\(.*\)(?:\s*\.\w+\(|;|$)/m;
const asks =
  /(?<![\w.])input\(|\breadline\b|\bprompts?\(|@inquirer|['"](?:inquirer|prompts|enquirer)['"]|questionary|prompt_toolkit|\.prompt\(/;

/** A loop over what a name in the plural holds. */
const several =
  /\b(?:for|forEach)\b.*?\b(?:of|in)\s+(?:await\s+)?(?:\w+\.)*(\w+s)(?:\.\w+\(\))?\s*[:)]/;
/** What is gone through until an answer is there, or is one answer's. */
const again =
  /^(attempts|retries|models|providers|endpoints|hosts|keys|messages|chunks|events|choices|tools|toolCalls|tool_calls|steps|turns|rounds|tries|words|tokens|args|results)$/i;

/** A loop whose head stands farther above is no longer read as one. */
const farthest = 120;

const loop = /\b(?:for|foreach)\b.*|\.(?:forEach|each|map)\b.*/;

/** What documents and collections are made of, and what shows how far a long loop has come. */
const parts =
  /\b(tqdm|trange|track|alive_it|(\w+_)?(paragraphs?|chapters|pages|documents|docs|rows|files|filenames|sentences|subtitles|captions|cues|books?|records|corpus|samples|examples|dataset|dataloader|batches|items)(_list)?|iterrows|itertuples|read_csv|csv\.reader|glob|rglob|iterdir|listdir|os\.walk|WalkDir|ReadDir)\b|[a-z](Paragraphs|Chapters|Pages|Documents|Rows|Files|Sentences|Subtitles|Records|Samples|Batches|Items)\b(?!\.[a-z]*[a-rt-z]\))|\bItems\b|\b(?:var|let|const|for) (?:batch|\w+Batch|\w+_batch)\b/;
