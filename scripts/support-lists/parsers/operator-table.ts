/** Markdown tables whose first column names operators. */

export interface OperatorRow {
  /** As the source writes it. */
  readonly op: string;
  readonly cells: readonly string[];
}

/** The rows of every table whose heading's first cell is one of `heads`. */
export function readOperatorTable(text: string, heads: readonly string[]): OperatorRow[] {
  const rows: OperatorRow[] = [];
  let inside = false;
  for (const line of text.split('\n')) {
    if (!line.startsWith('|')) {
      inside = false;
      continue;
    }
    const [first = '', ...cells] = line
      .split('|')
      .slice(1)
      .map((cell) => cell.trim());
    const head = first.replaceAll('*', '');
    if (heads.includes(head)) inside = true;
    else if (inside && /[A-Za-z]/.test(first)) rows.push({ op: first, cells });
  }
  return rows;
}

/** `ai.onnx(7-12, 13+); com.microsoft(1+)` as domains with their ranges. */
export function readRanges(text: string): { domain: string; since: number; until?: number }[] {
  return [...text.matchAll(/([a-z.]+)\(([^)]*)\)/g)].flatMap(([, domain = '', list = '']) =>
    list.split(',').map((range) => {
      const [, start, end] = /^\s*(\d+)(?:-(\d+))?(\+)?/.exec(range) ?? [];
      const open = range.includes('+');
      return {
        domain: domain === 'ai.onnx' ? '' : domain,
        since: Number(start),
        ...(!open && { until: Number(end ?? start) }),
      };
    }),
  );
}
