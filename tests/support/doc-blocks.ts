import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** A fenced block of a Markdown file: ```` ```yaml policy.yaml ````. */
export interface DocBlock {
  readonly language: string;
  /** What stands behind the language: a file name, `background`, `from FILE`, or nothing. */
  readonly note: string;
  readonly text: string;
  readonly line: number;
}

export const repository = fileURLToPath(new URL('../../', import.meta.url));

/** The fenced blocks that name a language, in order. */
export function docBlocks(file: string): DocBlock[] {
  const markdown = readFileSync(`${repository}${file}`, 'utf8');
  return [...markdown.matchAll(/^```(\w+) ?([^\n]*)\n([\s\S]*?)^```$/gm)].map((match) => ({
    language: match[1] ?? '',
    note: (match[2] ?? '').trim(),
    text: match[3] ?? '',
    line: markdown.slice(0, match.index).split('\n').length,
  }));
}
