/** A column of a table: its heading, and which side its cells stand on. */
export interface Column {
  readonly head: string;
  readonly align?: 'left' | 'right';
  /** Its cells may take several lines where the terminal is narrow, of at least this width. */
  readonly wrap?: number;
}

/**
 * Aligned columns of text, two spaces between: readable in a terminal and in a pipe, where a row is
 * a line. In a terminal of `columns`, columns that may `wrap` give way, the widest first. Numbers
 * stand right. The heading is dimmed where `colour` allows.
 */
export function formatTable(
  columns: readonly (Column | string)[],
  rows: readonly (readonly string[])[],
  options: { readonly colour?: boolean; readonly columns?: number | undefined } = {},
): string {
  const heads: Column[] = columns.map((column) =>
    typeof column === 'string' ? { head: column } : column,
  );
  const natural = heads.map(({ head }, at) =>
    Math.max(width(head), ...rows.map((row) => width(row[at] ?? ''))),
  );
  const widths = fitted(heads, natural, options.columns ?? Number.POSITIVE_INFINITY);
  const line = (cells: readonly string[]): string =>
    heads
      .map(({ align }, at) => {
        const cell = cells[at] ?? '';
        const gap = ' '.repeat(Math.max(0, widths[at]! - width(cell)));
        return align === 'right' ? gap + cell : cell + gap;
      })
      .join('  ')
      .trimEnd();
  const lines = (cells: readonly string[]): string[] => {
    const parts = heads.map(({ wrap }, at) => {
      const cell = cells[at] ?? '';
      return wrap === undefined ? [cell] : wrapped(cell, widths[at]!);
    });
    const height = Math.max(1, ...parts.map(({ length }) => length));
    return Array.from({ length: height }, (_, row) => line(parts.map((part) => part[row] ?? '')));
  };
  const head = line(heads.map(({ head }) => head));
  return [options.colour ? `\u001b[2m${head}\u001b[22m` : head, ...rows.flatMap(lines)].join('\n');
}

/** The widest of those that may give way does, a column at a time, until the line fits. */
function fitted(heads: readonly Column[], natural: readonly number[], room: number): number[] {
  const widths = [...natural];
  const least = heads.map(({ wrap, head }) => Math.max(wrap ?? Infinity, width(head)));
  const total = (): number => widths.reduce((sum, one) => sum + one + 2, -2);
  while (total() > room) {
    const widest = Math.max(...widths.filter((one, at) => one > least[at]!));
    if (!Number.isFinite(widest)) break;
    const at = widths.findIndex((one, index) => one === widest && one > least[index]!);
    widths[at]! -= 1;
  }
  return widths;
}

/**
 * Lines of at most so many columns, broken between words; a word that is longer breaks behind its
 * hyphens, and where that is not enough it is cut.
 */
export function wrapped(text: string, room: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const parts = width(word) <= room ? [word] : word.split(/(?<=-)/);
    parts
      .flatMap((part) => pieces(part, room))
      .forEach((piece, at) => {
        const joined = line === '' || at > 0 ? `${line}${piece}` : `${line} ${piece}`;
        if (width(joined) <= room) line = joined;
        else {
          if (line !== '') lines.push(line);
          line = piece;
        }
      });
  }
  return [...lines, line];
}

function pieces(word: string, room: number): string[] {
  if (width(word) <= room || !Number.isFinite(room)) return [word];
  const signs = [...segmenter.segment(word)].map(({ segment }) => segment);
  const count = Math.ceil(signs.length / room);
  return Array.from({ length: count }, (_, at) => signs.slice(at * room, (at + 1) * room).join(''));
}

const segmenter = new Intl.Segmenter();

/** Columns a text takes: what a person sees as characters, colour codes aside. */
export function width(text: string): number {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one
  const plain = text.replace(/\u001b\[[0-9;]*m/g, '');
  return [...segmenter.segment(plain)].length;
}
