import { html, type Markup } from '../../report/page/markup.ts';
import type { Estimated, MatrixCell } from '../matrix-document.ts';

/** The shortest and the longest time that any interval reaches, as logarithms. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** One scale for all cells; undefined where none has an estimate. */
export function spanOf(cells: readonly MatrixCell[]): Span | undefined {
  const found = cells.flatMap(({ estimate }) => (estimate ? [estimate] : []));
  if (found.length === 0) return undefined;
  const from = Math.log(Math.min(...found.map(({ lowMs }) => positive(lowMs))));
  const to = Math.log(Math.max(...found.map(({ highMs }) => positive(highMs))));
  return { from, to: Math.max(to, from + 1e-6) };
}

const positive = (ms: number): number => Math.max(ms, 1e-6);

const width = 88;

/** An estimate with its interval: equal factors at equal distances. */
export function intervalDrawing({ p50Ms, lowMs, highMs }: Estimated, { from, to }: Span): Markup {
  const at = (ms: number): string =>
    (3 + ((Math.log(positive(ms)) - from) / (to - from)) * (width - 6)).toFixed(1);
  return html`<svg class="interval" width="${width}" height="8" viewBox="0 0 ${width} 8" aria-hidden="true"><line class="zero" x1="0" x2="${width}" y1="4" y2="4"/><line class="whisker" x1="${at(lowMs)}" x2="${at(highMs)}" y1="4" y2="4"/><circle cx="${at(p50Ms)}" cy="4" r="2.5"/></svg>`;
}
