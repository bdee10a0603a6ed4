import { catalogue } from '@selvedge/core/device';
import type { Latency } from '@selvedge/core/release';
import { formatBytes } from '@selvedge/core/units';
import { identicalDb } from '../measure/index.ts';
import { codeSpan, plainText } from './markdown-text.ts';
import type { BuildReport, BuiltVariant, PassNote, TargetFallback } from './schema.ts';

/** Provenance as every table of the fabric shows it: measured, calibrated, estimated. */
const marks = { measured: '●', calibrated: '◐', estimated: '○' } as const;

/** The report for a person: Markdown that reads well in a pull request. */
export function formatReport(report: BuildReport): string {
  const { family, version, evaluation, variants } = report;
  const lines = [
    `# ${family} ${version}`,
    '',
    summarySentence(variants),
    ...(report.cached
      ? ['', `All of it was made before, at ${report.createdAt}, from the same inputs and options.`]
      : []),
    '',
    table(report),
    '',
    ...(report.front ? ['◆ on the front: no other is as small, as fast and as good', ''] : []),
    '● measured here · ◐ calibrated · ○ estimated from the catalogue',
    '',
    ...estimatesTable(variants),
    ...fallbackTable(variants),
    ...mixtures(variants),
    ...reasons(variants),
    ...notes(variants),
    '## Built from',
    '',
    ...Object.entries(report.sources).flatMap(([tier, model]) => [
      `- ${tier}: ${codeSpan(model.file)}, ${model.nodes} operators, ${count(model.parameters)} parameters, ${formatBytes(model.bytes)}, \`${model.digest}\``,
      ...fixLines(model).map(escapedItem),
    ]),
    evaluation
      ? `- evaluation set: ${codeSpan(evaluation.path)}, ${count(evaluation.samples)} samples, \`${evaluation.digest}\``
      : '- evaluation set: none',
    ...(report.calibration
      ? [
          `- calibration set: ${codeSpan(report.calibration.path)}, ${count(report.calibration.samples)} samples, \`${report.calibration.digest}\``,
          ...(report.calibration.warnings ?? []).map((line) => `  - ⚠ ${plainText(line)}`),
        ]
      : []),
    `- engine: ${engineLine(report.toolchain.engine)}, Node ${report.toolchain.node}, ${report.toolchain.platform}`,
    `- built: ${report.createdAt}`,
    '',
  ];
  return lines.join('\n');
}

/** What was changed in a model for its targets, like operators together. */
export function fixLines({ fixed }: BuildReport['model']): string[] {
  if (!fixed) return [];
  const counts = new Map<string, number>();
  for (const { op } of fixed.changed) counts.set(op, (counts.get(op) ?? 0) + 1);
  const changed = [...counts].map(([op, times]) => (times === 1 ? op : `${times} ${op}`));
  const head =
    changed.length > 0
      ? `changed for its targets: ${changed.join(', ')}`
      : 'nothing changed for its targets';
  return [head, ...fixed.warnings].map((line) => `  - ${line}`);
}

const escapedItem = (line: string): string => `  - ${plainText(line.slice('  - '.length))}`;

const engineLine = ({ name, version, threads }: BuildReport['toolchain']['engine']): string =>
  `${name} ${version}${threads === null ? '' : `, ${threads} thread${threads === 1 ? '' : 's'}`}`;

/** `98.91%`; for snr `41.2 dB`, or `exact` where nothing differs. */
export function formatQuality(metric: string, value: number): string {
  if (metric !== 'snr') return formatShare(value);
  return value >= identicalDb ? 'exact' : `${value.toFixed(1)} dB`;
}

/**
 * `0.12%`; with more digits where two would hide that it is not nothing, and never as nothing, or as
 * the whole, what is neither.
 */
export function formatShare(fraction: number): string {
  const short = (100 * fraction).toFixed(2);
  if (Number(short) === 100 && fraction < 1) return '>99.99%';
  if (Number(short) !== 0 || fraction === 0) return `${short}%`;
  const long = (100 * fraction).toFixed(4);
  if (Number(long) !== 0) return `${long}%`;
  return fraction > 0 ? '<0.0001%' : '>-0.0001%';
}

/** The share of MACs that falls back; where what does has none, how many nodes it is. */
export function formatFallback({ share, nodes }: TargetFallback): string {
  if (share === null) return '—';
  if (share > 0 || !nodes) return formatShare(share);
  return `${nodes} ${nodes === 1 ? 'node' : 'nodes'} without MACs`;
}

/**
 * Whether the accelerator takes the operators and not the precision: its runtime may convert the
 * model, or the CPU runs it, which is what is estimated.
 */
export const isIfConverted = ({ target, verdict, estimatedOn }: TargetFallback): boolean =>
  (verdict === 'full' || verdict === 'partial') &&
  estimatedOn === 'cpu' &&
  (catalogue.find(({ id }) => id === target)?.units ?? []).some(({ kind }) => kind !== 'cpu');

/** Whether not even the target's CPU computes in the precision. */
export const isNowhere = ({ verdict, estimatedOn }: TargetFallback): boolean =>
  verdict === 'none' && estimatedOn === undefined;

/** `0.420 ms ●` */
export const formatLatency = ({ p50Ms, provenance }: Latency): string =>
  `${formatMs(p50Ms)} ${marks[provenance]}`;

/** `0.400 to 0.460 ms`: the 90% interval of a median; undefined where it carries none. */
export const formatBetween = ({ lowMs, highMs }: Latency): string | undefined =>
  lowMs === undefined || highMs === undefined
    ? undefined
    : `${formatMs(lowMs).replace(/ ms$/, '')} to ${formatMs(highMs)}`;

/** Three significant digits, whole milliseconds from 100 up. */
export const formatMs = (ms: number): string =>
  `${ms < 100 ? ms.toPrecision(3) : ms.toFixed(0)} ms`;

/** `6 variants: 5 pass, 1 skipped.` */
export function summarySentence(variants: readonly BuiltVariant[]): string {
  const of = (status: BuiltVariant['status']) =>
    variants.filter((variant) => variant.status === status).length;
  const parts = (['pass', 'unproven', 'fail', 'skipped'] as const)
    .map((status) => [of(status), status] as const)
    .filter(([number]) => number > 0)
    .map(([number, status]) => `${number} ${status}`);
  return `${variants.length} ${variants.length === 1 ? 'variant' : 'variants'}: ${parts.join(', ')}.`;
}

function table({ variants, front = [] }: BuildReport): string {
  const rows = variants.map((variant) => {
    const { quality, latency, bytes, id, status } = variant;
    const found = quality ? ` ${marks[quality.provenance]}` : '';
    return [
      `\`${id}\`${front.includes(id) ? ' ◆' : ''}`,
      status,
      bytes === null ? '—' : formatBytes(bytes),
      quality ? `${formatQuality(quality.metric, quality.value)}${found}` : '—',
      quality?.drop == null ? '—' : `${formatShare(quality.drop)}${found}`,
      quality?.interval ? `${quality.interval.map(formatShare).join(' to ')}${found}` : '—',
      latency ? `${formatLatency(latency)}${range(latency)}` : '—',
      latency ? `${formatMs(latency.p99Ms)} ${marks[latency.provenance]}` : '—',
    ];
  });
  const metric = variants.find(({ quality }) => quality)?.quality?.metric ?? 'quality';
  const head = ['variant', 'status', 'size', metric, 'drop', '95% of drop', 'p50 (90%)', 'p99'];
  return markdownTable(head, rows);
}

function estimatesTable(variants: readonly BuiltVariant[]): string[] {
  const targets = [
    ...new Set(variants.flatMap(({ estimates }) => estimates.map(({ target }) => target))),
  ];
  if (targets.length === 0) return [];
  const rows = variants
    .filter(({ estimates }) => estimates.length > 0)
    .map(({ id, estimates, fallbacks }) => [
      `\`${id}\``,
      ...targets.map((target) => {
        const found = estimates.find((estimate) => estimate.target === target);
        if (!found) return '—';
        const unit = fallbacks?.find((one) => one.target === target)?.estimatedOn;
        return `${formatLatency(found)}${range(found)}${unit === undefined ? '' : ` on ${unit}`}`;
      }),
    ]);
  return [
    '## Expected latency',
    '',
    markdownTable(['variant', ...targets.map((target) => target ?? '')], rows),
    '',
  ];
}

/** The 90% interval of a median, where it carries one. */
const range = (latency: Latency): string => {
  const between = formatBetween(latency);
  return between === undefined ? '' : ` (${between})`;
};

function fallbackTable(variants: readonly BuiltVariant[]): string[] {
  const asked = variants.filter(({ fallbacks }) => fallbacks && fallbacks.length > 0);
  const targets = [
    ...new Set(asked.flatMap(({ fallbacks = [] }) => fallbacks.map(({ target }) => target))),
  ];
  if (targets.length === 0) return [];
  const rows = asked.map(({ id, fallbacks = [] }) => [
    `\`${id}\``,
    ...targets.map((target) => {
      const found = fallbacks.find((one) => one.target === target);
      if (!found || found.share === null) return 'unknown';
      if (isNowhere(found)) return 'runs nowhere';
      const converted = isIfConverted(found) ? ' if converted' : '';
      if (found.verdict === 'full') return `none${converted}`;
      return `${formatFallback(found)}${found.share > 0 ? ' of MACs' : ''}${converted} ${marks.estimated}`;
    }),
  ]);
  return ['## Falls back to the processor', '', markdownTable(['variant', ...targets], rows), ''];
}

/** What of a mixture is in 16 bit; report.json and report.html have the whole ranking. */
function mixtures(variants: readonly BuiltVariant[]): string[] {
  const lines = variants.flatMap(({ id, sensitivity }) => {
    if (!sensitivity) return [];
    const moved = sensitivity.layers.filter((layer) => layer.moved);
    const named = moved.slice(0, 8).map(({ node }) => codeSpan(shorten(node)));
    const more = moved.length > named.length ? ` and ${moved.length - named.length} more` : '';
    const what = moved.length === 0 ? 'nothing' : `${named.join(', ')}${more}`;
    return [`- \`${id}\`: ${what} in 16 bit, of ${sensitivity.layers.length} layers`];
  });
  return lines.length === 0 ? [] : ['## Mixed', '', ...lines, ''];
}

function reasons(variants: readonly BuiltVariant[]): string[] {
  return [
    '## Why',
    '',
    ...variants.map(({ id, status, reason }) => `- \`${id}\` ${status}: ${plainText(reason)}`),
    '',
  ];
}

function notes(variants: readonly BuiltVariant[]): string[] {
  const common = commonWarnings(variants);
  const lines = variants.flatMap(({ id, notes: left, warnings }) => [
    ...warnings
      .filter((warning) => !common.includes(warning))
      .map((warning) => `- \`${id}\`: ${plainText(warning)}`),
    ...leftAlone(left).map(
      ({ before, node, after }) =>
        `- \`${id}\` leaves ${plainText(before)} ${codeSpan(node)}${plainText(after)}`,
    ),
  ]);
  const all = [...common.map((warning) => `- every variant: ${plainText(warning)}`), ...lines];
  return all.length === 0 ? [] : ['## Notes', '', ...all, ''];
}

/** What is said of each of several variants that were made is said once. */
export function commonWarnings(variants: readonly BuiltVariant[]): string[] {
  const [first, ...others] = variants.filter(({ status }) => status !== 'skipped');
  if (!first || others.length === 0) return [];
  return first.warnings.filter((one) => others.every(({ warnings }) => warnings.includes(one)));
}

/** A sentence with a node's name in it. */
export interface LeftAlone {
  readonly before: string;
  readonly node: string;
  readonly after: string;
}

/** One sentence per operator, with one reason as the example; report.json has each node's. */
export function leftAlone(left: readonly PassNote[]): LeftAlone[] {
  const byOp = Map.groupBy(left, ({ op }) => op);
  return [...byOp].map(([op, nodes]) => {
    const { node, reason } = nodes[0] as PassNote;
    const one = shorten(node);
    return nodes.length === 1
      ? { before: op, node: one, after: ` alone: ${reason}` }
      : { before: `${nodes.length} ${op} alone, such as`, node: one, after: `: ${reason}` };
  });
}

/** Exporters join names of fused nodes to hundreds of letters. */
const shorten = (name: string): string =>
  name.length <= 60 ? name : `${name.slice(0, 28)}…${name.slice(-28)}`;

function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

const count = (value: number): string => value.toLocaleString('en-US');
