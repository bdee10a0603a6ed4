import { formatBytes } from '@selvedge/core/units';
import { type Finding, fixHelps, type TargetVerdict } from '@selvedge/forge';
import { dim } from '../marks.ts';
import { hanging, Notes } from '../notes.ts';
import { type Column, formatTable, width } from '../table.ts';

interface Terminal {
  readonly colour: boolean;
  readonly columns?: number;
}

/**
 * A table of targets, then for each the operators that stand in the way, like ones together, and
 * what changes that.
 */
export function targetLines(
  file: string,
  targets: readonly TargetVerdict[],
  options: Terminal,
): string[] {
  const right = (head: string) => ({ head, align: 'right' as const });
  const head = [
    'target',
    { head: 'provider', wrap: 10 },
    'verdict',
    right('on CPU'),
    right('groups'),
    right('moved'),
    'why',
  ];
  const rows = targets.map((found) => [
    found.target,
    `${found.provider} ${found.version}`.trim(),
    `${marks[found.verdict]} ${found.verdict}`,
    found.fallbackShare === null ? '—' : formatFallback(found.fallbackShare),
    found.partitions === null ? '—' : String(found.partitions),
    found.crossingBytes === null ? '—' : formatBytes(found.crossingBytes),
    found.reason,
  ]);
  return [
    ...withReasons(head, rows, options),
    ...targets.flatMap((found) => details(found, options)),
    ...remedy(file, targets, options),
  ];
}

/** Reasons stand in the table, or, where the terminal has no room for them, numbered below it. */
function withReasons(
  head: readonly (Column | string)[],
  rows: readonly string[][],
  options: Terminal,
): string[] {
  const table = formatTable(head, rows, options);
  const [first = ''] = formatTable(head, rows)
    .split('\n')
    .sort((a, b) => width(b) - width(a));
  if (width(first) <= (options.columns ?? Number.POSITIVE_INFINITY)) return [table];
  const notes = new Notes();
  const marked = rows.map((row) => [...row.slice(0, -1), notes.mark(row.at(-1) ?? '')]);
  return [formatTable(head, marked, options), '', ...notes.lines(options)];
}

/** The one command that changes what stands in the way, where one does. */
function remedy(file: string, targets: readonly TargetVerdict[], { columns }: Terminal): string[] {
  const helped = targets.filter(fixHelps).map(({ target }) => `--target ${target}`);
  if (helped.length === 0) return [];
  const named = helped.length > 3 ? '--target ID' : helped.join(' ');
  const command = `selvedge build ${file} --out build ${named} --fix`;
  const text = `${command} does what is said here, wherever the answers stay the same`;
  return ['', ...hanging('→', text, columns)];
}

/** A shape goes with every verdict: its word is not told by colour alone. */
const marks: Readonly<Record<TargetVerdict['verdict'], string>> = {
  full: '●',
  partial: '◐',
  none: '○',
  unknown: '?',
};

/** Whole per cents, but a share that is there never reads as none, nor a part as the whole. */
function formatFallback(share: number): string {
  const percent = Math.round(share * 100);
  if (percent === 0 && share > 0) return '<1%';
  return percent === 100 && share < 1 ? '>99%' : `${percent}%`;
}

/** At most this many kinds of findings a target; the rest is in `--json`. */
const shown = 12;

function details({ target, unsupported, unknown }: TargetVerdict, options: Terminal): string[] {
  const kinds = [...kindsOf(unsupported), ...kindsOf(unknown)];
  if (kinds.length === 0) return [];
  const rows = kinds
    .slice(0, shown)
    .map(({ ops, count, reason, hint }) => [`${count}×`, inWords(ops), reason, hint ?? '']);
  const heads = [
    { head: target, align: 'right' as const },
    { head: 'operator', wrap: 12 },
    { head: 'why not', wrap: 20 },
    { head: 'what to do', wrap: 16 },
  ];
  const lines = ['', formatTable(heads, rows, options)];
  if (kinds.length > shown)
    lines.push(dim(`and ${kinds.length - shown} more kinds: see --json`, options));
  return lines;
}

interface Kind {
  /** How often each operator is among them. */
  readonly ops: Map<string, number>;
  readonly reason: string;
  readonly hint: string | undefined;
  count: number;
}

/** Findings for one reason are one line; neither operators nor the shapes that differ are told apart. */
function kindsOf(findings: readonly Finding[]): Kind[] {
  const kinds = new Map<string, Kind>();
  for (const { op, reason, rule, hint } of findings) {
    const [head = reason] = reason.split(', not ');
    const isOfShapes = head !== reason;
    const key = `${isOfShapes ? '' : op} ${isOfShapes ? '' : rule} ${head} ${hint}`;
    const kind = kinds.get(key) ?? { ops: new Map(), reason, hint, count: 0 };
    kind.count += 1;
    kind.ops.set(op, (kind.ops.get(op) ?? 0) + 1);
    kinds.set(key, kind);
  }
  return [...kinds.values()].sort((a, b) => b.count - a.count);
}

/** `Relu, Conv and 4 others` */
function inWords(ops: ReadonlyMap<string, number>): string {
  const names = [...ops].sort(([, a], [, b]) => b - a).map(([op]) => op);
  if (names.length <= 3) return names.join(', ');
  return `${names.slice(0, 2).join(', ')} and ${names.length - 2} others`;
}
