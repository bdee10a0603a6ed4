import type { Finding } from '../../finding.ts';
import { severities, waitsWord } from '../words.ts';
import { html, type Markup } from './markup.ts';
import { shapes } from './shapes.ts';

/** What the calls are told apart by: the words of a facet that a call has. */
export const facetsOf = (finding: Finding): Readonly<Record<string, readonly string[]>> => ({
  severity: [finding.severity],
  sync: [finding.sync],
  tier: [finding.suggestedTier],
  service: [finding.service],
  kind: [finding.kind],
  data: [finding.data],
  lacks: (['timeout', 'retry', 'fallback'] as const).filter((each) => !finding.resilience[each]),
  personal: finding.personal.length > 0 ? ['signs'] : [],
  baseline: finding.new ? ['new'] : [],
});

const titles: Readonly<Record<string, string>> = {
  severity: 'severity',
  sync: 'who waits',
  tier: 'suggested tier',
  service: 'service',
  kind: 'found as',
  data: 'what is sent',
  lacks: 'has no',
  personal: 'personal data',
  baseline: 'against the baseline',
};

/** Chips with their counts, a facet each; they explain the marks of the map as well. */
export function facets(findings: readonly Finding[]): Markup {
  const all = findings.map(facetsOf);
  const fields = Object.entries(titles).map(([facet, title]) => {
    const counts = new Map<string, number>();
    for (const each of all)
      for (const value of each[facet] ?? []) counts.set(value, (counts.get(value) ?? 0) + 1);
    return counts.size === 0 ? undefined : fieldset(facet, title, counts);
  });
  return html`<form id="facets"><label class="search">search<input name="text" type="search" placeholder="file, function, model…" autocomplete="off"></label>
${fields}
<label class="search">open lines at<input name="source" type="url" placeholder="https://…/blob/main/" autocomplete="off"></label>
<button type="reset">Show all</button></form>`;
}

function fieldset(facet: string, title: string, counts: ReadonlyMap<string, number>): Markup {
  const most = Math.max(...counts.values());
  const order = orders[facet];
  const values = [...counts].toSorted(
    ([a, n], [b, m]) =>
      (order ? order.indexOf(a) - order.indexOf(b) : 0) || m - n || (a < b ? -1 : 1),
  );
  return html`<fieldset data-facet="${facet}"><legend>${title}</legend>${values.map(
    ([value, count]) =>
      html`<label class="chip"><input type="checkbox" name="${facet}" value="${value}">${icon(facet, value)}<span class="word">${word(facet, value)}</span><meter min="0" max="${most}" value="${count}" aria-hidden="true"></meter><span class="count">${count}</span></label>`,
  )}</fieldset>`;
}

const orders: Readonly<Record<string, readonly string[]>> = {
  severity: severities,
  sync: ['request', 'background', 'batch', 'unknown'],
  tier: ['device', 'edge', 'cloud'],
  lacks: ['timeout', 'retry', 'fallback'],
};

const word = (facet: string, value: string): string => {
  if (facet === 'sync') return waitsWord[value as Finding['sync']];
  return facet === 'personal' ? 'has signs' : value;
};

function icon(facet: string, value: string): Markup | undefined {
  const path = facet === 'sync' ? shapes[value as Finding['sync']] : dot;
  if (facet !== 'sync' && facet !== 'tier') return undefined;
  return html`<svg class="${facet === 'tier' ? `tier ${value}` : 'soft'}" viewBox="-6 -6 12 12" aria-hidden="true"><path d="${path}"/></svg>`;
}

const dot = shapes.request;
