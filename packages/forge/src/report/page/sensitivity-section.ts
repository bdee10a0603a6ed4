import { formatBytes } from '@selvedge/core/units';
import { formatShare } from '../format.ts';
import type { BuildReport, BuiltVariant, Sensitivity } from '../schema.ts';
import { html, type Markup } from './markup.ts';

/** For each mixed variant, its layers by what 8 bits do to them, and which were moved. */
export const sensitivitySections = ({ variants }: BuildReport): Markup[] =>
  variants.flatMap((variant) => (variant.sensitivity ? section(variant, variant.sensitivity) : []));

/** As many as a person reads; report.json has them all. */
const most = 24;

function section({ id }: BuiltVariant, found: Sensitivity): Markup {
  const { layers, tried, bar } = found;
  const moved = layers.filter((layer) => layer.moved).length;
  const shown = layers.slice(0, most);
  const largest = Math.max(1e-300, ...layers.map(({ gain }) => gain));
  const ofNoise = (gain: number): string =>
    found.noise > 0 ? `${((100 * gain) / found.noise).toFixed(1)}%` : '—';
  const limits = [
    ...(bar.maxDrop === undefined ? [] : [`a drop of at most ${formatShare(bar.maxDrop)}`]),
    ...(bar.min === undefined ? [] : [`at least ${formatShare(bar.min)}`]),
  ].join(' and ');
  return html`<section><h2><span class="id">${id}</span>: ${moved} of ${layers.length} in 16 bit <small>ranked by how much of the noise at the output is gone when a layer alone is left out of 8 bits, on ${found.noiseSamples} samples</small></h2>
<p>The mixture holds ${limits}${bar.stated ? '' : ', assumed as no bar was stated'}; ${tried.length} were measured on ${found.judgeSamples.toLocaleString('en-US')} ${found.judgedOn} samples.</p>
<table class="layers"><thead><tr><th scope="col">layer</th><th scope="col">operator</th><th scope="col" class="number">of the noise</th><th scope="col"></th><th scope="col">precision</th></tr></thead>
<tbody>${shown.map((layer) => html`<tr><th scope="row"><bdi class="id">${shorten(layer.node)}</bdi>${layer.layers > 1 ? html` <span class="soft">and ${layer.layers - 1} more</span>` : undefined}</th><td data-label="operator">${layer.op}</td><td class="number" data-label="of the noise">${ofNoise(layer.gain)}</td><td class="drawn">${noiseBar(layer.gain / largest, layer.moved)}</td><td data-label="precision">${layer.moved ? html`<span class="moved">◆ 16 bit</span>` : '8 bit'}</td></tr>`)}</tbody></table>
${layers.length > most ? html`<p class="soft">and ${layers.length - most} less sensitive ones, which report.json lists</p>` : undefined}
<details><summary>${tried.length} mixtures measured</summary><table class="layers"><thead><tr><th scope="col" class="number">in 16 bit</th><th scope="col" class="number">size</th><th scope="col" class="number">drop</th><th scope="col">holds</th></tr></thead><tbody>${tried.map((one) => html`<tr><td class="number" data-label="in 16 bit">${one.moved}</td><td class="number" data-label="size">${formatBytes(one.bytes)}</td><td class="number" data-label="drop">${one.drop === null ? '—' : formatShare(one.drop)}</td><td data-label="holds">${one.holds ? '✓ holds' : '✕ misses'}</td></tr>`)}</tbody></table></details></section>`;
}

const width = 160;

/** The longer the worse. */
const noiseBar = (share: number, moved: boolean): Markup =>
  html`<svg class="noise ${moved ? 'moved' : 'kept'}" width="${width}" height="10" viewBox="0 0 ${width} 10" aria-hidden="true"><rect x="0" y="2" width="${(Math.max(0.01, share) * width).toFixed(1)}" height="6"/></svg>`;

const shorten = (name: string): string =>
  name.length <= 48 ? name : `${name.slice(0, 22)}…${name.slice(-22)}`;
