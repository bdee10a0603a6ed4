import { createHash } from 'node:crypto';
import { formatBytes } from '@selvedge/core/units';
import { formatQuality, formatShare } from '../../report/format.ts';
import { html, Markup } from '../../report/page/markup.ts';
import { provenanceLegend, provenanceMark } from '../../report/page/provenance-mark.ts';
import type { Matrix, MatrixVariant } from '../matrix-document.ts';
import { answerOf, statusMarks } from '../words.ts';
import { arrowKeys } from './arrow-keys.ts';
import { cellPanel } from './cell-panel.ts';
import { heatLegend, heatMap } from './heat-map.ts';
import { style } from './style.ts';

/**
 * The matrix as a page: one file that asks for nothing else, light or dark, from a telephone's
 * width up. Whatever came from a model or a path is escaped, and the page's own policy allows only
 * the script and the style that it was made with.
 */
export function matrixPage(matrix: Matrix): string {
  const { family, version, model, cells } = matrix;
  const page = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src '${hashOf(style)}'; script-src '${hashOf(arrowKeys)}'; base-uri 'none'; form-action 'none'">
<title>${family} ${version}: matrix</title><style>${new Markup(style)}</style></head>
<body><main>
<header><strong>${family}</strong><span>${version}</span><span class="soft"><bdi class="id">${model.file}</bdi>, ${formatBytes(model.bytes)}, <span class="id" title="${model.digest}">${shortened(model.digest)}</span></span></header>
<h1>${answerOf(matrix)}</h1>
${required(matrix)}
<section><h2>Variants on targets <small>click a cell, or walk with the arrow keys and press Enter, for its reasons</small></h2><p class="soft sideways" hidden>More variants stand to the right: scroll the table sideways →</p><div class="scroll">${heatMap(matrix)}</div>${heatLegend}${provenanceLegend}</section>
<section><h2>Variants</h2>${variantTable(matrix.variants)}</section>
${cells.filter(({ status }) => status !== 'skipped').map(cellPanel)}
</main><script>${new Markup(arrowKeys)}</script></body></html>
`;
  return page.text;
}

const hashOf = (text: string): Markup =>
  new Markup(`sha256-${createHash('sha256').update(text).digest('base64')}`);

/** In the middle; whole for whoever points at it. */
const shortened = (digest: string): string => `${digest.slice(0, 14)}…${digest.slice(-6)}`;

function required({ requirements }: Matrix): Markup | undefined {
  if (requirements.length === 0) return undefined;
  return html`<section><h2>What the blueprint requires</h2><ul class="requirements">${requirements.map(
    ({ tier, target, ok, reason }) =>
      html`<li><span class="status ${ok ? 'pass' : 'fail'}">${ok ? '✓ met' : '✕ missed'}</span> <span class="id">${target ?? 'any target'}</span> <span class="soft">${tier}</span> <bdi>${reason}</bdi></li>`,
  )}</ul></section>`;
}

function variantTable(variants: readonly MatrixVariant[]): Markup {
  const heads = ['variant', 'quality bar', 'size', 'quality', '95% of drop', 'why'];
  return html`<table class="variants"><thead><tr>${heads.map((head, at) => html`<th scope="col"${at > 1 && at < 5 ? html` class="number"` : undefined}>${head}</th>`)}</tr></thead>
<tbody>${variants.map(variantRow)}</tbody></table>`;
}

const variantRow = ({ id, status, bytes, quality, reason }: MatrixVariant): Markup =>
  html`<tr class="${status}"><th scope="row"><span class="id">${id}</span></th><td data-label="quality bar"><span class="status ${status}">${statusMarks[status]} ${status}</span></td>
<td class="number" data-label="size">${bytes === null ? '—' : html`<span title="${bytes.toLocaleString('en-US')} bytes">${formatBytes(bytes)}</span>`}</td>
<td class="number" data-label="quality">${quality ? html`${quality.metric} ${formatQuality(quality.metric, quality.value)} ${provenanceMark(quality.provenance)}` : '—'}</td>
<td class="number" data-label="95% of drop">${quality?.interval ? quality.interval.map(formatShare).join(' to ') : '—'}</td>
<td class="why" data-label="why">${reason}</td></tr>`;
