import { createHash } from 'node:crypto';
import { formatBytes } from '@selvedge/core/units';
import { commonWarnings, leftAlone, summarySentence } from '../format.ts';
import type { BuildReport } from '../schema.ts';
import { html, Markup } from './markup.ts';
import { provenanceLegend } from './provenance-mark.ts';
import { qualityPlots } from './quality-plot.ts';
import { sensitivitySections } from './sensitivity-section.ts';
import { style } from './style.ts';
import { targetTable } from './target-table.ts';
import { variantTable } from './variant-table.ts';

/**
 * The report as a page: one file that asks for nothing else and runs nothing, light or dark, from a
 * telephone's width up. Whatever came from a model or a path is escaped, and the page's own policy
 * allows no script, should that fail.
 */
export function reportPage(report: BuildReport): string {
  const { family, version } = report;
  const page = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src '${new Markup(styleHash)}'; base-uri 'none'; form-action 'none'">
<title>${family} ${version}: build</title><style>${new Markup(style)}</style></head>
<body><main>
<header><strong>${family}</strong><span>${version}</span><span class="soft">built ${report.createdAt}</span></header>
<h1>${answer(report)}</h1>
${report.cached ? html`<p class="soft">Made before from the same inputs and options: nothing was made or measured again.</p>` : undefined}
${Object.keys(report.sources).map((tier) => plots(report, tier))}
<section><h2>Variants</h2>${variantTable(report)}${provenanceLegend}</section>
${targetTable(report)}
${sensitivitySections(report)}
${notes(report)}
${builtFrom(report)}
</main></body></html>
`;
  return page.text;
}

const styleHash = `sha256-${createHash('sha256').update(style).digest('base64')}`;

/** One question a page, answered in a sentence. */
function answer({ variants, front = [] }: BuildReport): Markup {
  const summary = summarySentence(variants);
  if (front.length === 0) return html`${summary}`;
  const names = front.map(
    (id, at) => html`${at === 0 ? '' : ', '}<span class="whole">${id}</span>`,
  );
  return front.length === 1
    ? html`${summary} ${names} is best in all three.`
    : html`${summary} The front: ${names}.`;
}

function plots(report: BuildReport, tier: string): Markup | undefined {
  const drawn = qualityPlots(report, tier);
  if (!drawn) return undefined;
  return html`<section><h2>Size, latency and quality${Object.keys(report.sources).length > 1 ? ` on tier ${tier}` : ''} <small>filled: on the front, no other is as small, as fast and as good · the lines through a dot: 95% of its difference to the unconverted model, 90% of its median latency; what is within that is not told apart</small></h2>${drawn}</section>`;
}

function notes({ variants }: BuildReport): Markup | undefined {
  const common = commonWarnings(variants);
  const own = variants.flatMap(({ id, notes: left, warnings }) => [
    ...warnings
      .filter((warning) => !common.includes(warning))
      .map((warning) => html`<li><span class="id">${id}</span>: ${warning}</li>`),
    ...leftAlone(left).map(
      ({ before, node, after }) =>
        html`<li><span class="id">${id}</span> leaves ${before} <bdi class="id">${node}</bdi>${after}</li>`,
    ),
  ]);
  const lines = [...common.map((warning) => html`<li>every variant: ${warning}</li>`), ...own];
  return lines.length === 0 ? undefined : html`<section><h2>Notes</h2><ul>${lines}</ul></section>`;
}

function builtFrom(report: BuildReport): Markup {
  const { evaluation, calibration, toolchain } = report;
  const { name, version, threads } = toolchain.engine;
  const set = (found: { path: string; samples: number; digest: string } | null | undefined) =>
    found
      ? html`<bdi class="id">${found.path}</bdi>, ${count(found.samples)} samples, ${digest(found.digest)}`
      : 'none';
  return html`<section><h2>Built from</h2><dl>
${Object.entries(report.sources).map(([tier, model]) => html`<dt>${tier}</dt><dd><bdi class="id">${model.file}</bdi>, ${count(model.nodes)} operators, ${count(model.parameters)} parameters, ${formatBytes(model.bytes)}, ${digest(model.digest)}</dd>`)}
<dt>evaluation set</dt><dd>${set(evaluation)}</dd>
<dt>calibration set</dt><dd>${set(calibration)}${calibration?.warnings?.map((line) => html`<div class="status unproven">⚠ ${line}</div>`)}</dd>
<dt>engine</dt><dd>${name} ${version}${threads === null ? '' : `, ${threads} thread${threads === 1 ? '' : 's'}`}, Node ${toolchain.node}, ${toolchain.platform}</dd>
<dt>made by</dt><dd>Selvedge ${toolchain.selvedge}</dd></dl></section>`;
}

/** Shortened in the middle, whole for whoever points at it. */
const digest = (value: string): Markup =>
  html`<span class="id" title="${value}">${value.slice(0, 14)}…${value.slice(-6)}</span>`;

const count = (value: number): string => value.toLocaleString('en-US');
