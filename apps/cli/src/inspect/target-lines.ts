import { formatBytes } from '@selvedge/core/units';
import type { Finding, TargetVerdict } from '@selvedge/forge';
import { dim } from '../marks.ts';
import { formatTable } from '../table.ts';

/** A table of targets, then for each the operators that stand in the way, like ones together. */
export function targetLines(
  targets: readonly TargetVerdict[],
  options: { colour: boolean },
): string[] {
  const right = (head: string) => ({ head, align: 'right' as const });
  const head = [
    'target',
    'provider',
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
  return [formatTable(head, rows, options), ...targets.flatMap((found) => details(found, options))];
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

function details(
  { target, unsupported, unknown }: TargetVerdict,
  options: { colour: boolean },
): string[] {
  const kinds = [...kindsOf(unsupported), ...kindsOf(unknown)];
  if (kinds.length === 0) return [];
  const rows = kinds
    .slice(0, shown)
    .map(({ op, count, reason, hint }) => [`${count}×`, op, reason, hint ?? '']);
  const right = { head: target, align: 'right' as const };
  const lines = ['', formatTable([right, 'operator', 'why not', 'what to do'], rows, options)];
  if (kinds.length > shown)
    lines.push(dim(`and ${kinds.length - shown} more kinds: see --json`, options));
  return lines;
}

interface Kind {
  readonly op: string;
  readonly reason: string;
  readonly hint: string | undefined;
  count: number;
}

/** Findings of one operator for one reason are one line; the shapes that differ are not told apart. */
function kindsOf(findings: readonly Finding[]): Kind[] {
  const kinds = new Map<string, Kind>();
  for (const { op, reason, rule, hint } of findings) {
    const key = `${op} ${rule} ${reason.split(', not ')[0]}`;
    const kind = kinds.get(key);
    if (kind) kind.count++;
    else kinds.set(key, { op, reason, hint, count: 1 });
  }
  return [...kinds.values()].sort((a, b) => b.count - a.count);
}
