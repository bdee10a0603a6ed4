import { formatBytes } from '@selvedge/core/units';
import {
  type BuildReport,
  type BuiltVariant,
  disturbedTiming,
  fixLines,
  formatBetween,
  formatLatency,
  formatQuality,
  formatShare,
} from '@selvedge/forge';
import { onTargets } from './build-on-targets.ts';
import type { Io } from './io.ts';
import { hanging } from './notes.ts';
import { type Column, formatTable } from './table.ts';

type Terminal = Pick<Io, 'colour' | 'columns'>;

/** What a build made, for a terminal: variants, targets, then what is worth knowing, each once. */
export function buildSummary(report: BuildReport, out: string, io: Terminal): string {
  const front = new Set(report.front ?? []);
  const made = report.variants.filter(({ status }) => status !== 'skipped');
  return [
    ...Object.values(report.sources)
      .flatMap(fixLines)
      .flatMap((line) => hanging('·', line.trim().replace(/^- /, ''), io.columns)),
    ...(made.length > 0 ? variantLines(made, front, io) : []),
    ...skippedLines(report.variants, io),
    ...onTargets(report, io),
    '',
    ...(front.size > 0
      ? hanging(
          '◆',
          'on the front: no other is as small, as fast (within the 90%) and as good',
          io.columns,
        )
      : []),
    ...noteLines(report, made, io),
    ...(report.cached ? [`Made before, at ${report.createdAt}: nothing was made again.`] : []),
    `${out}/report.html`,
  ].join('\n');
}

const right = (head: string): Column => ({ head, align: 'right' });
/** A reason takes a column of at least this much, or stands below the table. */
const roomForWhy = 40;

function variantLines(
  made: readonly BuiltVariant[],
  front: ReadonlySet<string>,
  io: Terminal,
): string[] {
  const rows = made.map((variant) => [
    `${front.has(variant.id) ? '◆' : ' '} ${variant.id}`,
    variant.status,
    ...figuresOf(variant),
  ]);
  const metric = made.find(({ quality }) => quality)?.quality?.metric ?? 'quality';
  const head = [
    '  variant',
    'status',
    ...['size', metric, 'drop', 'p50'].map(right),
    { head: '90%', align: 'right' as const, wrap: 10 },
  ];
  const plain = formatTable(head, rows);
  const widest = Math.max(...plain.split('\n').map((line) => line.length));
  const why = made.map(({ reason, cached }) => (cached ? `${reason} (conversion cached)` : reason));
  if (widest + roomForWhy <= (io.columns ?? Number.POSITIVE_INFINITY)) {
    const whole = rows.map((row, at) => [...row, why[at]!]);
    return [formatTable([...head, { head: 'why', wrap: roomForWhy - 2 }], whole, io)];
  }
  const table = formatTable(head, rows, io);
  return [
    table,
    '',
    ...made.flatMap(({ id }, at) => hanging('·', `${id}: ${why[at]}`, io.columns)),
  ];
}

function figuresOf({ bytes, quality, latency, warnings }: BuiltVariant): string[] {
  const mark = warnings.includes(disturbedTiming) ? ' ⚠' : '';
  return [
    bytes === null ? '—' : formatBytes(bytes),
    quality ? `${formatQuality(quality.metric, quality.value)} ●` : '—',
    quality?.drop == null ? '—' : formatShare(quality.drop),
    latency ? `${formatLatency(latency)}${mark}` : '—',
    latency ? (formatBetween(latency)?.replace(/ ms$/, '') ?? '—') : '—',
  ];
}

/** Variants that were not made, each reason once. */
function skippedLines(variants: readonly BuiltVariant[], { columns }: Terminal): string[] {
  const skipped = variants.filter(({ status }) => status === 'skipped');
  const byReason = Map.groupBy(skipped, ({ reason }) => reason);
  const lines = [...byReason].flatMap(([reason, alike]) =>
    hanging('–', `skipped: ${alike.map(({ id }) => id).join(', ')}: ${reason}`, columns),
  );
  return lines.length === 0 ? [] : ['', ...lines];
}

function noteLines(
  report: BuildReport,
  made: readonly BuiltVariant[],
  { columns }: Terminal,
): string[] {
  const isBusy = made.some(({ warnings }) => warnings.includes(disturbedTiming));
  const unserved = [
    ...new Set(
      made.flatMap(({ fallbacks = [] }) =>
        fallbacks.flatMap(({ target, verdict }) => (verdict === 'none' ? [target] : [])),
      ),
    ),
  ];
  const fixed = Object.values(report.sources).some((source) => source.fixed);
  return [
    ...(isBusy ? [`⚠ ${disturbedTiming}; the front may be another then`] : []),
    ...(report.calibration?.warnings ?? []).map((line) => `⚠ ${line}`),
    ...(unserved.length > 0 && !fixed
      ? [
          `→ nothing of some variants runs on the accelerator of ${unserved.join(', ')}: --fix changes what may be said otherwise, and selvedge inspect says what stands in the way`,
        ]
      : []),
  ].flatMap((line) => hanging(line.slice(0, 1), line.slice(2), columns));
}
