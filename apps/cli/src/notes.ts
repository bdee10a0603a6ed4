import { width, wrapped } from './table.ts';

/**
 * Reasons below a table, each once however many rows have it: a row carries its number.
 */
export class Notes {
  readonly #texts: string[] = [];

  /** The number that a row shows; nothing for nothing. */
  mark(text: string): string {
    if (text === '') return '';
    const known = this.#texts.indexOf(text);
    if (known >= 0) return String(known + 1);
    return String(this.#texts.push(text));
  }

  /** A paragraph for each, no wider than the terminal. */
  lines({ columns = Number.POSITIVE_INFINITY }: { readonly columns?: number } = {}): string[] {
    const wide = String(this.#texts.length).length;
    return this.#texts.flatMap((text, at) => hanging(`${at + 1}`.padStart(wide), text, columns));
  }
}

/** A paragraph behind a head; its further lines stand below its first word. */
export function hanging(head: string, text: string, columns = Number.POSITIVE_INFINITY): string[] {
  const indent = width(head) + 2;
  return wrapped(text, Math.max(24, columns - indent)).map(
    (line, at) => `${at === 0 ? head.padEnd(indent) : ' '.repeat(indent)}${line}`,
  );
}
