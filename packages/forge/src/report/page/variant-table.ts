import type { Latency } from '@selvedge/core/release';
import { formatBytes } from '@selvedge/core/units';
import { formatBetween, formatMs, formatQuality, formatShare } from '../format.ts';
import type { BuildReport, BuiltVariant } from '../schema.ts';
import { html, type Markup } from './markup.ts';
import { provenanceMark } from './provenance-mark.ts';

/** Every variant in a row; on a narrow screen each is a list. */
export function variantTable(report: BuildReport): Markup {
  const front = new Set(report.front ?? []);
  const metric = report.variants.find(({ quality }) => quality)?.quality?.metric ?? 'quality';
  const heads = ['variant', 'status', 'size', metric, 'drop, 95%', 'p50, 90%', 'p99', 'why'];
  const reach = widest(report.variants);
  return html`<table class="variants"><thead><tr>${heads.map(
    (head, at) => html`<th scope="col"${at > 1 && at < 7 ? rightAligned : undefined}>${head}</th>`,
  )}</tr></thead>
<tbody>${report.variants.map((variant) => rowOf(variant, front.has(variant.id), metric, reach, report))}</tbody></table>`;
}

const rightAligned = html` class="number"`;

const statusMarks = { pass: '✓', fail: '✕', unproven: '?', skipped: '–' } as const;

function rowOf(
  variant: BuiltVariant,
  isFront: boolean,
  metric: string,
  reach: number,
  report: BuildReport,
): Markup {
  const { id, status, bytes, quality, latency, reason, cached } = variant;
  const source = report.sources[variant.tier];
  const size = bytes === null ? dash : sizeCell(bytes, source?.bytes ?? bytes);
  return html`<tr class="${status}">
<th scope="row"><span class="id">${id}</span>${isFront ? html` <span class="front" title="on the front: no other is as small, as fast and as good">◆ front</span>` : undefined}${cached ? html` <span class="soft">conversion cached</span>` : undefined}</th>
<td data-label="status"><span class="status ${status}">${statusMarks[status]} ${status}</span></td>
<td class="number" data-label="size">${size}</td>
<td class="number" data-label="${metric}">${quality ? html`${formatQuality(quality.metric, quality.value)} ${provenanceMark(quality.provenance)}` : dash}</td>
<td class="number" data-label="drop, 95%">${dropCell(variant, reach)}</td>
<td class="number" data-label="p50, 90%">${latency ? medianCell(latency, slowest(report.variants)) : dash}</td>
<td class="number" data-label="p99">${latency ? html`${formatMs(latency.p99Ms)} ${provenanceMark(latency.provenance)}` : dash}</td>
<td class="why" data-label="why">${reason}</td></tr>`;
}

const dash = html`<span class="soft">—</span>`;

function sizeCell(bytes: number, source: number): Markup {
  const exact = `${bytes.toLocaleString('en-US')} bytes, ${formatShare(bytes / source)} of the source`;
  return html`<span title="${exact}">${formatBytes(bytes)}</span>`;
}

/** The largest difference to the reference that any interval reaches: half of every drawing's width. */
const widest = (variants: readonly BuiltVariant[]): number =>
  Math.max(
    1e-12,
    ...variants.flatMap(({ quality }) => [
      Math.abs(quality?.drop ?? 0),
      ...(quality?.interval ?? []).map(Math.abs),
    ]),
  );

/** The longest time that any median's interval reaches: the width of every drawing. */
const slowest = (variants: readonly BuiltVariant[]): number =>
  Math.max(...variants.map(({ latency }) => latency?.highMs ?? latency?.p50Ms ?? 0), 1e-12);

/** The median with its interval drawn around it, from nothing to the slowest variant's. */
function medianCell(latency: Latency, reach: number): Markup {
  const { p50Ms, lowMs, highMs, runs, provenance } = latency;
  const between = formatBetween(latency);
  const words = `median ${p50Ms} ms of ${runs} runs${between === undefined ? '' : `, 90% ${between}`}`;
  const at = (ms: number): string => (3 + (ms / reach) * (width - 6)).toFixed(1);
  const drawing =
    lowMs === undefined || highMs === undefined
      ? undefined
      : html` <svg class="interval" width="${width}" height="16" viewBox="0 0 ${width} 16" role="img" aria-label="${words}"><title>${words}</title><line class="whisker" x1="${at(lowMs)}" x2="${at(highMs)}" y1="8" y2="8"/><circle cx="${at(p50Ms)}" cy="8" r="3"/></svg>`;
  return html`<span title="${words}">${formatMs(p50Ms)}</span> ${provenanceMark(provenance)}${drawing}`;
}

const width = 72;

/** The drop with its interval drawn around it: the hairline in the middle is no difference. */
function dropCell({ quality }: BuiltVariant, reach: number): Markup {
  if (quality?.drop == null) return dash;
  const { drop, interval, samples } = quality;
  const at = (value: number): string => (width / 2 + (value / reach) * (width / 2 - 3)).toFixed(1);
  const words = interval
    ? `drop ${formatShare(drop)}, 95% from ${formatShare(interval[0])} to ${formatShare(interval[1])}, ${samples.toLocaleString('en-US')} samples`
    : `drop ${formatShare(drop)}, ${samples.toLocaleString('en-US')} samples: too few for an interval`;
  const line = interval
    ? html`<line class="whisker" x1="${at(interval[0])}" x2="${at(interval[1])}" y1="8" y2="8"/>`
    : undefined;
  return html`${formatShare(drop)} <svg class="interval" width="${width}" height="16" viewBox="0 0 ${width} 16" role="img" aria-label="${words}"><title>${words}</title><line class="zero" x1="${width / 2}" x2="${width / 2}" y1="1" y2="15"/>${line}<circle cx="${at(drop)}" cy="8" r="3"/></svg>`;
}
