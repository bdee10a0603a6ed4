import type { ForeignNode } from './syntax.ts';

export type ParseForeign = (source: string) => ForeignNode;

/** Writes otherwise, in as many characters and lines, what a parser stumbles over; itself where there is nothing. */
export type Mend = (source: string, errors: readonly ForeignNode[]) => string;

/**
 * Parses a source, and again with what its parser does not know written otherwise, as long as more
 * of it is understood: people write it, and compilers take it.
 */
export function parseMended(parse: ParseForeign, source: string, mend: Mend): ForeignNode {
  let text = source;
  let root = parse(text);
  let errors = errorsIn(root);
  for (let round = 0; errors.length > 0 && round < maxRounds; round++) {
    const mended = mend(text, errors);
    if (mended === text) break;
    const again = parse(mended);
    const left = errorsIn(again);
    if (sizeOf(left) >= sizeOf(errors)) break;
    [text, root, errors] = [mended, again, left];
  }
  return root;
}

/** An error in an error is seen when the outer one is gone. */
const maxRounds = 8;

const errorsIn = (root: ForeignNode): ForeignNode[] => root.findAll({ rule: { kind: 'ERROR' } });

const sizeOf = (errors: readonly ForeignNode[]): number =>
  errors.reduce((sum, error) => sum + error.text().length + 1, 0);

/** An `&` alone in the text or in an attribute of JSX, which HTML takes for itself. */
const ampersands: Mend = (source, errors) => {
  let mended = source;
  for (const error of errors) {
    const children = error.children();
    const inMarkup = [error.parent(), ...children].some(
      (each) => each !== null && /^(jsx_|string$)/.test(each.kind()),
    );
    if (!inMarkup) continue;
    for (const each of children)
      if (each.kind() === '&') mended = without(mended, each.range().start.index, '+');
  }
  return mended;
};

const without = (text: string, at: number, instead: string): string =>
  text.slice(0, at) + instead + text.slice(at + 1);

/** Lines for the compiler's first pass: what stands under each condition is read. */
const conditions: Mend = (source) =>
  source.replace(/^[ \t]*#(if|elseif|elif|else|endif)\b[^\r\n]*/gm, (line) =>
    ' '.repeat(line.length),
  );

/** `0..<n`, of Kotlin 1.9. */
const openRanges: Mend = (source) => source.replaceAll('..<', '.. ');

const mends: Readonly<Record<string, Mend>> = {
  TypeScript: ampersands,
  Tsx: ampersands,
  JavaScript: ampersands,
  swift: conditions,
  csharp: conditions,
  kotlin: openRanges,
};

/** What a parser's language has to mend. */
export const mendOf = (parser: string): Mend => mends[parser] ?? ((source) => source);
