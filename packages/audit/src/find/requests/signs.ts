import { linesOf, type SourceFile } from '../../resolve/index.ts';
import type { ProviderRule } from '../../rules/index.ts';
import type { PlacedFunction } from './made-by.ts';

export interface RequestSigns {
  readonly provider: ProviderRule;
  /** For people. */
  readonly says: string;
  readonly by: 'header' | 'name' | 'body';
  /** Where it is written. */
  readonly file: SourceFile;
  readonly line: number;
}

/** Tells whose a request is by what the functions that make it say. */
export type ReadSigns = (made: readonly PlacedFunction[]) => RequestSigns | undefined;

/**
 * Reads whose a request is off the functions that make it: a header that one provider's API asks
 * for, or a body as models take it, whose provider is in the name of the class or file.
 */
export function signsReader(providers: readonly ProviderRule[]): ReadSigns {
  const headers = providers.flatMap((provider) =>
    provider.headers.map((header) => ({ provider, header })),
  );
  const bodies = providers.flatMap((provider) =>
    provider.bodies.map((fields) => ({ provider, fields })),
  );
  return (made) => {
    const texts = made.map((each) => ({ ...each, text: codeOf(each) }));
    // Asking for a list of models, or for a file, takes the same headers, and posts nothing.
    if (!texts.some(({ text }) => /post/i.test(text))) return undefined;
    for (const { text, file, fn } of texts) {
      const found = headers.find(({ header }) => text.toLowerCase().includes(`"${header}"`));
      if (!found) continue;
      const line = lineWith(found.header, file, fn.line);
      return {
        provider: found.provider,
        says: `the header ${found.header}`,
        by: 'header',
        file,
        line,
      };
    }
    for (const { text, file, fn } of texts) {
      const found = bodies.find(({ fields }) => fields.every((each) => keyIn(text, each)));
      const type = requestType.exec(text)?.[0] ?? askingFunction.exec(fn.name)?.[0];
      if (!found && type === undefined) continue;
      const word = type ?? found?.fields[0] ?? '';
      const line = lineWith(word, file, fn.line);
      const says = found ? `a body with ${found.fields.join(' and ')}` : `a ${type}`;
      const whose = nameIn(made, providers);
      if (whose) return { provider: whose, says, by: 'name', file, line };
      const anybody = found?.provider ?? providers.find(({ name }) => name === 'openai-compatible');
      return anybody && { provider: anybody, says, by: 'body', file, line };
    }
    return undefined;
  };
}

/** Types that hold what a model is asked, and nothing else is called so. */
const requestType =
  /\b(Chat|Text)Completions?(Request|Query|Params)(Body|DTO|Dto|Payload)?\b|\bCompletions?Request(Body|DTO|Dto)?\b|\bGenerateContentRequest(Body|DTO|Dto)?\b|\bEmbeddings?Request(Body|DTO|Dto)?\b|\bChatQuery\b|\b(Gemini|OpenAI|OpenAi|Claude|Anthropic|Mistral|Ollama|LLM|Llm|Gpt|GPT|ChatGPT|DeepSeek|Deepseek)\w*Request(Body|DTO|Dto)?\b/;

/** Functions that are named after what a model is asked for. */
const askingFunction =
  /^(stream|create|send|post|get|request|call|do|fetch)?_?(chat_?completions?|completions?_?stream)(_?(stream|async|request))?$/i;

/** A function's lines without comments. */
export const codeOf = ({ file, fn }: PlacedFunction): string =>
  linesOf(file, fn.line, fn.endLine).replace(/\/\*[\s\S]*?\*\/|(?<![:"'])\/\/.*/g, '');

/** A field as a string, a named argument, a property or a setter. */
const keyIn = (text: string, key: string): boolean =>
  new RegExp(`\\\\?"${key}\\\\?"|\\b${key}\\s*[:=](?!=)|\\.${key}\\(`).test(text);

function lineWith(word: string, file: SourceFile, from: number): number {
  const lines = linesOf(file, from, from + 400).split('\n');
  const at = lines.findIndex((each) => each.toLowerCase().includes(word.toLowerCase()));
  return at < 0 ? from : from + at;
}

/** The provider that a class, a file, a function or what stands in it is named after, in that order. */
function nameIn(
  made: readonly PlacedFunction[],
  providers: readonly ProviderRule[],
): ProviderRule | undefined {
  const first = made[0];
  const places = [
    first?.fn.owner,
    first?.file.path.slice(first.file.path.lastIndexOf('/') + 1),
    ...made.map(({ fn }) => fn.name),
    ...made.map(codeOf),
  ];
  for (const place of places) {
    const found = place === undefined ? undefined : providerNamed(place.toLowerCase(), providers);
    if (found) return found;
  }
  return undefined;
}

/** The name that stands most often, and of several the longest: `openrouter` is in no `openai`. */
export function providerNamed(
  text: string,
  providers: readonly ProviderRule[],
): ProviderRule | undefined {
  let best: { readonly provider: ProviderRule; readonly count: number } | undefined;
  for (const provider of providers)
    for (const name of provider.names) {
      const count = text.split(name).length - 1;
      if (count > (best?.count ?? 0)) best = { provider, count };
    }
  return best?.provider;
}
