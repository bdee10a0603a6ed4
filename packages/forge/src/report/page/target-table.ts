import type { Latency } from '@selvedge/core/release';
import { formatFallback, formatMs, isIfConverted, isNowhere } from '../format.ts';
import type { BuildReport, BuiltVariant, TargetFallback } from '../schema.ts';
import { html, type Markup } from './markup.ts';
import { provenanceMark } from './provenance-mark.ts';

/** Variants by targets: how long each is expected to take there, and what would fall back. */
export function targetTable({ variants }: BuildReport): Markup | undefined {
  const made = variants.filter(({ status }) => status !== 'skipped');
  const targets = [
    ...new Set(
      made.flatMap(({ estimates, fallbacks = [] }) => [
        ...estimates.flatMap(({ target }) => target ?? []),
        ...fallbacks.map(({ target }) => target),
      ]),
    ),
  ];
  if (targets.length === 0) return undefined;
  return html`<section><h2>On the targets <small>median of one inference with its 90% interval, and the share of all multiply-accumulates outside the accelerator</small></h2>
<table class="targets"><thead><tr><th scope="col">variant</th>${targets.map((target) => html`<th scope="col">${target}</th>`)}</tr></thead>
<tbody>${made.map((variant) => html`<tr><th scope="row"><span class="id">${variant.id}</span></th>${targets.map((target) => cell(variant, target))}</tr>`)}</tbody></table></section>`;
}

function cell({ estimates, fallbacks = [] }: BuiltVariant, target: string): Markup {
  const latency = estimates.find((one) => one.target === target);
  const fallback = fallbacks.find((one) => one.target === target);
  return html`<td data-label="${target}">${latency ? expected(latency, fallback?.estimatedOn) : html`<span class="soft">—</span>`}${fallback ? html`<div class="fallback ${fallback.verdict}" title="${fallback.reason}">${fallback.share === null ? html`<span class="soft">fallback unknown</span>` : html`${inWords(fallback)}`} <span class="soft">${fallback.provider} ${fallback.version}</span></div>` : undefined}</td>`;
}

function inWords(fallback: TargetFallback): string {
  const { verdict } = fallback;
  const converted = isIfConverted(fallback) ? ' if converted' : '';
  if (verdict === 'full') return `all of it runs${converted}`;
  if (isNowhere(fallback)) return 'none: no processor of it computes in that precision';
  return `${verdict}: ${formatFallback(fallback)} on the CPU${converted}`;
}

/** With the unit it is for, so that the CPU's is not taken for the accelerator's, and the interval that the estimate carries, where it carries one. */
function expected({ p50Ms, lowMs, highMs, provenance }: Latency, unit = ''): Markup {
  const range =
    lowMs === undefined || highMs === undefined
      ? undefined
      : html` <span class="soft">${formatMs(lowMs)} to ${formatMs(highMs)}</span>`;
  return html`<div>${formatMs(p50Ms)} ${provenanceMark(provenance)} ${unit}${range}</div>`;
}
