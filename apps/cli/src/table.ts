/** A column of a table: its heading, and which side its cells stand on. */
export interface Column {
  readonly head: string;
  readonly align?: 'left' | 'right';
}

/**
 * Aligned columns of text, one line a row, two spaces between: readable in a terminal and, since
 * nothing is wrapped or drawn, in a pipe. Numbers stand right. The heading is dimmed where
 * `colour` allows.
 */
export function formatTable(
  columns: readonly (Column | string)[],
  rows: readonly (readonly string[])[],
  options: { colour?: boolean } = {},
): string {
  const heads = columns.map((column) => (typeof column === 'string' ? { head: column } : column));
  const widths = heads.map(({ head }, at) =>
    Math.max(width(head), ...rows.map((row) => width(row[at] ?? ''))),
  );
  const line = (cells: readonly string[]): string =>
    heads
      .map(({ align }: Column, at) => {
        const cell = cells[at] ?? '';
        const gap = ' '.repeat(widths[at]! - width(cell));
        return align === 'right' ? gap + cell : cell + gap;
      })
      .join('  ')
      .trimEnd();
  const head = line(heads.map(({ head }) => head));
  return [options.colour ? `\u001b[2m${head}\u001b[22m` : head, ...rows.map(line)].join('\n');
}

const segmenter = new Intl.Segmenter();

/** Columns a text takes: what a person sees as characters, colour codes aside. */
function width(text: string): number {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one
  const plain = text.replace(/\u001b\[[0-9;]*m/g, '');
  return [...segmenter.segment(plain)].length;
}
