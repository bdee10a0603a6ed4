import { formatMs } from '../../report/format.ts';
import { html, type Markup } from '../../report/page/markup.ts';
import { provenanceMark } from '../../report/page/provenance-mark.ts';
import type { Matrix, MatrixCell, MatrixTarget } from '../matrix-document.ts';
import { estimateInWords, isMade, markOf, verdictInWords } from '../words.ts';
import { intervalDrawing, type Span, spanOf } from './interval-drawing.ts';

/** Targets down, variants across; each cell opens its reasons. On a narrow screen each target is a list. */
export function heatMap({ targets, variants: all, cells: every }: Matrix): Markup {
  const variants = all.filter(isMade);
  const cells = every.filter(({ status }) => status !== 'skipped');
  const span = spanOf(cells);
  return html`<table class="heat"><thead><tr><th scope="col">target</th>${variants.map(
    ({ id }) => html`<th scope="col"><span class="id">${id}</span></th>`,
  )}</tr></thead>
<tbody>${targets.map((target) => rowOf(target, cells, span))}</tbody></table>`;
}

function rowOf(target: MatrixTarget, cells: readonly MatrixCell[], span: Span | undefined): Markup {
  const own = cells.filter((cell) => cell.target === target.id);
  const isRequired = own.some(({ required }) => required);
  return html`<tr><th scope="row"><span class="id">${target.id}</span>${isRequired ? html` <span class="required">required</span>` : undefined}<br> <span class="soft">${target.unit}</span></th>${own.map(
    (cell) => html`<td data-label="${cell.variant}">${cellButton(cell, target.unit, span)}</td>`,
  )}</tr>
`;
}

/** The id of the panel that a cell opens. */
export const panelId = ({ variant, target }: MatrixCell): string => `cell-${variant}-${target}`;

function cellButton(cell: MatrixCell, unit: string, span: Span | undefined): Markup {
  const { status, estimate, variant, target } = cell;
  const name = `${variant} on ${target}: ${status}, ${verdictInWords(cell)}, ${estimateInWords(cell)}`;
  const time = estimate
    ? html`<span class="time">${formatMs(estimate.p50Ms)} ${provenanceMark(estimate.provenance)}${estimate.unit === unit ? '' : html` <span class="soft">${estimate.unit}</span>`}</span>${span ? intervalDrawing(estimate, span) : undefined}`
    : html`<span class="time soft">—</span>`;
  return html`<button type="button" class="cell ${heatOf(cell)}" popovertarget="${panelId(cell)}" aria-label="${name}" data-variant="${variant}"><span class="said"><span class="status ${status}">${markOf(cell)}</span> ${verdictInWords(cell)}</span>${time}</button>`;
}

/** The more falls back, the warmer. */
function heatOf({ verdict, fallbackShare, inPrecision }: MatrixCell): string {
  if (verdict === 'none') return 'heat-none';
  if (verdict === 'unknown' || fallbackShare === null) return 'heat-unknown';
  if (!inPrecision) return 'heat-converted';
  if (verdict === 'full') return 'heat-full';
  return fallbackShare < 0.1 ? 'heat-little' : fallbackShare < 0.5 ? 'heat-part' : 'heat-most';
}

/** What the colours mean: words, since colour alone tells nobody everything. */
export const heatLegend: Markup = html`<p class="legend">${(
  [
    ['heat-full', 'runs whole'],
    ['heat-little', 'under 10% on the CPU'],
    ['heat-part', 'under 50%'],
    ['heat-most', '50% and more'],
    ['heat-none', 'nothing runs there'],
    ['heat-converted', 'only if its runtime converts it'],
    ['heat-unknown', 'not known'],
  ] as const
).map(([heat, words]) => html`<span><i class="swatch ${heat}"></i> ${words}</span>`)}</p>
<p class="legend"><span>✓ holds what is required</span><span>· nothing is required</span><span>✕ breaks it</span><span>? not proven</span><span>the line: nine in ten models take between its ends, on one scale for all cells</span></p>`;
