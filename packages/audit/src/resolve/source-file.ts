import type { Code } from '../language/code.ts';
import type { Language } from '../language/languages.ts';

/** A file that was read. */
export interface SourceFile {
  /** Relative to the audited directory, with `/` between its parts. */
  readonly path: string;
  readonly language: Language;
  readonly code: Code;
  /** As it was read, for the lines that people check. */
  readonly text: string;
}

/** Longer lines are cut: nobody reads them. */
const maxLine = 240;

/** A line of a file, from 1. */
export const lineOf = (file: SourceFile, line: number): string =>
  (splitOf(file)[line - 1] ?? '').trim().slice(0, maxLine);

/** Lines of a file, both ends included. */
export const linesOf = (file: SourceFile, from: number, to: number): string =>
  splitOf(file)
    .slice(from - 1, to)
    .join('\n');

const split = new WeakMap<SourceFile, readonly string[]>();

function splitOf(file: SourceFile): readonly string[] {
  const known = split.get(file) ?? file.text.split(/\r?\n/);
  split.set(file, known);
  return known;
}
