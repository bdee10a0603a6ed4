import type { CallSite } from '../language/code.ts';
import { linesOf, type SourceFile } from '../resolve/index.ts';
import type { SyncSign } from './sign.ts';

/**
 * Whether a call works through the parts of a document or of a collection, one after another: a
 * loop around it, in the same function, runs over paragraphs, files, rows and their like.
 */
export function loopSign({ expr, fn, inLoop }: CallSite, file: SourceFile): SyncSign | undefined {
  if (!inLoop) return undefined;
  const first = Math.max(fn?.line ?? 1, expr.line - farthest);
  const lines = linesOf(file, first, expr.line).split('\n');
  let inside = Number.POSITIVE_INFINITY;
  for (const text of lines.reverse()) {
    const indent = text.search(/\S/);
    if (indent < 0 || indent >= inside) continue;
    inside = indent;
    const [header] = loop.exec(text) ?? [];
    if (header !== undefined && parts.test(header))
      return { sync: 'batch', sign: `it is in a loop: ${text.trim()}`, weight: 'named' };
  }
  return undefined;
}

/** A loop whose head stands farther above is no longer read as one. */
const farthest = 120;

const loop = /\b(?:for|foreach)\b.*|\.(?:forEach|each|map)\b.*/;

/** What documents and collections are made of, and what shows how far a long loop has come. */
const parts =
  /\b(tqdm|trange|track|alive_it|(\w+_)?(paragraphs?|chapters|pages|documents|docs|rows|files|filenames|sentences|subtitles|captions|cues|books?|records|corpus|samples|examples|dataset|dataloader|batches)(_list)?|iterrows|itertuples|read_csv|csv\.reader|glob|rglob|iterdir|listdir|os\.walk|WalkDir|ReadDir)\b|[a-z](Paragraphs|Chapters|Pages|Documents|Rows|Files|Sentences|Subtitles|Records|Samples|Batches)\b/;
