import type { Provenance } from '@selvedge/core/schema';
import { html, type Markup } from './markup.ts';

const meanings: Readonly<Record<Provenance, readonly [mark: string, words: string]>> = {
  measured: ['●', 'measured on the machine that built'],
  calibrated: ['◐', 'calibrated on published measurements'],
  estimated: ['○', 'estimated from the catalogue'],
};

/** The mark that every figure wears, with its meaning for whoever points at it or cannot see it. */
export function provenanceMark(provenance: Provenance): Markup {
  const [mark, words] = meanings[provenance];
  return html`<span class="mark ${provenance}" role="img" aria-label="${words}" title="${words}">${mark}</span>`;
}

/** What the marks mean, in a line. */
export const provenanceLegend: Markup = html`<p class="legend">${Object.values(meanings).map(
  ([mark, words]) => html`<span>${mark} ${words}</span>`,
)}</p>`;
