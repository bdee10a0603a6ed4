import type { Quality } from '@selvedge/core/release';
import { formatBytes } from '@selvedge/core/units';
import { identicalDb } from '../../measure/index.ts';
import { formatMs, formatQuality, formatShare } from '../format.ts';
import type { BuildReport, BuiltVariant } from '../schema.ts';
import { type Axis, axisOf } from './axis.ts';
import { html, type Markup } from './markup.ts';
import { barOn, type ScaledQuality, scaleQuality } from './quality-scale.ts';

/** A variant in a plot. */
interface Point {
  readonly variant: BuiltVariant;
  readonly quality: Quality;
  readonly scaled: ScaledQuality;
  readonly x: number;
  /** Where it is measured: between these in nine of ten cases. */
  readonly between?: readonly [low: number, high: number];
}

const size = { width: 360, height: 264, left: 62, right: 14, top: 14, bottom: 40 } as const;

/**
 * Size and latency against quality, each variant a dot with the 95% interval of its difference to
 * the unconverted model. The front is filled; the bar, where one was stated, is a line.
 */
export function qualityPlots(report: BuildReport, tier: string): Markup | undefined {
  const variants = report.variants.filter((variant) => variant.tier === tier);
  const front = new Set(report.front ?? []);
  const bar = report.bars[tier] ?? {};
  const bySize = pointsOf(variants, ({ bytes }) => bytes);
  if (bySize.length < 2) return undefined;
  const byTime = pointsOf(
    variants,
    ({ latency }) => latency?.p50Ms ?? null,
    ({ latency }) =>
      latency?.lowMs && latency.highMs ? [latency.lowMs, latency.highMs] : undefined,
  );
  return html`<div class="plots">
${plot(bySize, { what: 'size', format: formatBytes, front, bar })}
${byTime.length < 2 ? undefined : plot(byTime, { what: 'median latency here', format: formatMs, front, bar })}
</div>`;
}

function pointsOf(
  variants: readonly BuiltVariant[],
  measure: (variant: BuiltVariant) => number | null,
  reach: (variant: BuiltVariant) => [number, number] | undefined = () => undefined,
): Point[] {
  return variants.flatMap((variant) => {
    const { quality } = variant;
    const x = measure(variant);
    if (!quality || x === null || x <= 0) return [];
    const between = reach(variant);
    return { variant, quality, scaled: scaleQuality(quality), x, ...(between && { between }) };
  });
}

interface PlotOptions {
  readonly what: string;
  readonly format: (value: number) => string;
  readonly front: ReadonlySet<string>;
  readonly bar: { readonly min?: number; readonly maxDrop?: number };
}

function plot(points: readonly Point[], { what, format, front, bar }: PlotOptions): Markup {
  const { width, height, left, right, top, bottom } = size;
  const [{ quality }] = points as [Point];
  const limit = barOn(quality, bar);
  const x = axisOf(
    points.flatMap((point) => [point.x, ...(point.between ?? [])]),
    { from: left, to: width - right, log: true },
  );
  const y = axisOf(shownValues(points, limit), { from: height - bottom, to: top, log: false });
  const marks = placeLabels(points, { x, y }, front);
  return html`<svg class="plot" viewBox="0 0 ${width} ${height}" role="img" aria-label="${quality.metric} against ${what}">
${y.ticks.map((tick) => html`<line class="grid" x1="${left}" x2="${width - right}" y1="${px(y.at(tick))}" y2="${px(y.at(tick))}"/><text class="tick" x="${left - 8}" y="${px(y.at(tick) + 4)}" text-anchor="end">${tickOf(quality.metric, tick)}</text>`)}
${x.ticks.map((tick) => html`<line class="mark" x1="${px(x.at(tick))}" x2="${px(x.at(tick))}" y1="${height - bottom}" y2="${height - bottom + 4}"/>`)}
${apart(x).map((tick) => html`<text class="tick" x="${px(x.at(tick))}" y="${height - bottom + 18}" text-anchor="middle">${format(tick)}</text>`)}
<line class="axis" x1="${left}" x2="${width - right}" y1="${height - bottom}" y2="${height - bottom}"/>
<text class="title" x="${width - right}" y="${height - 4}" text-anchor="end">${what} →</text>
<text class="title" x="2" y="10">↑ ${quality.metric}</text>
${limit === undefined ? undefined : html`<line class="bar" x1="${left}" x2="${width - right}" y1="${px(y.at(limit))}" y2="${px(y.at(limit))}"/><text class="bar" x="${left + 4}" y="${px(y.at(limit) + 12)}">the bar</text>`}
${marks.map((mark) => drawn(mark, front, format))}
</svg>`;
}

/** An answer that is equal to the last bit has no height in dB: it stands above the rest. */
function shownValues(points: readonly Point[], limit: number | undefined): number[] {
  const all = points.flatMap(({ scaled }) => [scaled.value, scaled.low, scaled.high]);
  const finite = [...all, ...(limit === undefined ? [] : [limit])].filter(
    (one) => one < identicalDb,
  );
  const most = Math.max(...finite, 0);
  if (finite.length === 0) return [identicalDb - 10, identicalDb];
  return all.some((one) => one >= identicalDb) ? [...finite, most + 10] : finite;
}

interface PlacedPoint extends Point {
  readonly at: {
    readonly x: number;
    readonly y: number;
    readonly low: number;
    readonly high: number;
    /** Ends of its interval on the axis below. */
    readonly from: number;
    readonly to: number;
  };
  /** Absent where there is no room for it: its table has the name too. */
  readonly label?: { readonly x: number; readonly y: number; readonly anchor: 'start' | 'end' };
}

const labelHeight = 13;
const letterWidth = 6.7;
/** Between labels side by side. */
const gap = 5;

/** Where a label may stand beside its dot, the nearest first. */
const shifts = [0, -13, 13, -26, 26, -39, 39, -52, 52, -65, 65, 78, 91, 104];

/** A label this far from its dot is led back to it by a line. */
const farAway = 20;

interface Box {
  readonly left: number;
  readonly right: number;
  readonly y: number;
}

/** Labels beside their dots, the front's first, where they cover neither each other nor another dot. */
function placeLabels(
  points: readonly Point[],
  { x, y }: { x: Axis; y: Axis },
  front: ReadonlySet<string>,
): PlacedPoint[] {
  const rank = ({ variant }: Point): number => Number(!front.has(variant.id));
  const ceiling = size.top + 2;
  const floor = size.height - size.bottom;
  const clip = (value: number): number => Math.min(floor, Math.max(ceiling, y.at(value)));
  const placed = points.map((point) => {
    const { value, low, high } = point.scaled;
    const [from, to] = point.between ?? [point.x, point.x];
    const across = { x: x.at(point.x), from: x.at(from), to: x.at(to) };
    return { ...point, at: { ...across, y: clip(value), low: clip(low), high: clip(high) } };
  });
  const taken: Box[] = placed.map(({ at }) => ({ left: at.x - 6, right: at.x + 6, y: at.y }));
  return placed
    .sort((a, b) => rank(a) - rank(b) || a.at.y - b.at.y || a.at.x - b.at.x)
    .map((point) => {
      const place = freePlace(point, taken, floor);
      if (!place) return point;
      const { box, anchor } = place;
      taken.push(box);
      const edge = anchor === 'start' ? box.left : box.right;
      return { ...point, label: { x: edge, y: box.y + 4, anchor } };
    });
}

function freePlace(
  { at, variant }: Omit<PlacedPoint, 'label'>,
  taken: readonly Box[],
  floor: number,
): { box: Box; anchor: 'start' | 'end' } | undefined {
  const wide = nameOf(variant).length * letterWidth;
  const places = shifts.flatMap((shift) =>
    (['start', 'end'] as const).map((anchor) => {
      const left = anchor === 'start' ? at.x + 9 : at.x - 9 - wide;
      return { anchor, box: { left, right: left + wide, y: at.y + shift } };
    }),
  );
  const fits = ({ left, right, y }: Box): boolean =>
    left > size.left && right <= size.width - 2 && y > 8 && y < floor;
  const covers = (box: Box) => (other: Box) =>
    other.left < box.right + gap &&
    box.left < other.right + gap &&
    Math.abs(other.y - box.y) < labelHeight;
  return places.find(({ box }) => fits(box) && !taken.some(covers(box)));
}

function drawn(
  { variant, quality, at, label, x, between }: PlacedPoint,
  front: ReadonlySet<string>,
  format: (value: number) => string,
): Markup {
  const isFront = front.has(variant.id);
  const range = quality.interval
    ? `, 95% of the drop ${quality.interval.map((end) => formatShare(end)).join(' to ')}`
    : '';
  const words = `${variant.id}: ${formatQuality(quality.metric, quality.value)}${range}, ${format(x)}${between ? ` (90%: ${between.map(format).join(' to ')})` : ''}${isFront ? ', on the front' : ''}`;
  const kind = variant.status === 'fail' ? 'failed' : isFront ? 'front' : 'other';
  return html`<g class="${kind}"><title>${words}</title>
<line class="whisker" x1="${px(at.x)}" x2="${px(at.x)}" y1="${px(at.low)}" y2="${px(at.high)}"/>
<line class="whisker" x1="${px(at.x - 3)}" x2="${px(at.x + 3)}" y1="${px(at.low)}" y2="${px(at.low)}"/>
<line class="whisker" x1="${px(at.x - 3)}" x2="${px(at.x + 3)}" y1="${px(at.high)}" y2="${px(at.high)}"/>
${at.to - at.from < 1 ? undefined : html`<line class="whisker" x1="${px(at.from)}" x2="${px(at.to)}" y1="${px(at.y)}" y2="${px(at.y)}"/>`}
${dot(kind, at)}
${label && leader(at, label)}
${label && html`<text class="name" x="${px(label.x)}" y="${px(label.y)}" text-anchor="${label.anchor}">${nameOf(variant)}</text>`}</g>`;
}

function leader(
  at: { readonly x: number; readonly y: number },
  label: { readonly x: number; readonly y: number },
): Markup | undefined {
  const y = label.y - 4;
  if (Math.abs(y - at.y) < farAway) return undefined;
  return html`<line class="leader" x1="${px(at.x)}" y1="${px(at.y)}" x2="${px(label.x)}" y2="${px(y)}"/>`;
}

/** Within its tier. */
const nameOf = ({ id, tier }: BuiltVariant): string => id.slice(tier.length + 1);

/** State is never colour alone: what misses its bar is a cross. */
function dot(kind: string, { x, y }: { readonly x: number; readonly y: number }): Markup {
  if (kind !== 'failed') return html`<circle cx="${px(x)}" cy="${px(y)}" r="4.5"/>`;
  return html`<path d="M${px(x - 4)} ${px(y - 4)}l8 8m0 -8l-8 8"/>`;
}

/** Marks with room for a label such as `0.0600 ms`: on an axis of factors they stand ever closer. */
function apart({ at, ticks }: Axis): number[] {
  let right = Number.NEGATIVE_INFINITY;
  return ticks.filter((tick) => {
    if (at(tick) - right < tickRoom) return false;
    right = at(tick);
    return true;
  });
}

const tickRoom = 72;

const tickOf = (metric: string, value: number): string =>
  metric === 'snr' ? `${Number(value.toFixed(1))} dB` : `${Number((100 * value).toFixed(3))}%`;

const px = (value: number): string => value.toFixed(1);
