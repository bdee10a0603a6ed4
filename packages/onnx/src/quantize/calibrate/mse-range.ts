import type { Histogram } from './histogram.ts';
import { type Bits, type Range, stepsOf } from './range.ts';

/** Ends that are tried on each side: from all that was seen down to a hundredth of it. */
const candidates = 128;

/**
 * The range with the smallest expected squared error: what is clipped counts with its distance to
 * the end, what is inside with step²/12 (uniform rounding noise; Sung et al. 2015, arXiv:1511.06488),
 * and exact zeros with nothing. Both ends are searched together, each over 128 places.
 */
export function mseRange(histogram: Histogram, bits: Bits): Range {
  const above = tailOf(histogram, 1);
  const below = tailOf(histogram, -1);
  const steps = stepsOf(bits);
  let best: { range: Range; error: number } | undefined;
  const consider = (low: End, high: End) => {
    const step = (high.at + low.at) / steps;
    const inside = histogram.count - histogram.zeros - low.clipped - high.clipped;
    const error = low.error + high.error + (inside * step * step) / 12;
    if (!best || error < best.error) best = { range: { min: -low.at || 0, max: high.at }, error };
  };
  const highs = places(above.reach).map(above.endAt);
  for (const at of places(below.reach)) {
    const low = below.endAt(at);
    for (const high of highs) consider(low, high);
  }
  return best?.range ?? { min: 0, max: 0 };
}

/** One end of a range: its distance from zero, and what lies beyond it. */
interface End {
  readonly at: number;
  readonly clipped: number;
  /** Sum of the squared distances of what lies beyond. */
  readonly error: number;
}

interface Tail {
  /** Distance from zero of the outermost element. */
  readonly reach: number;
  endAt(at: number): End;
}

const places = (reach: number): number[] =>
  reach === 0
    ? [0]
    : Array.from({ length: candidates }, (_, at) => (reach * (candidates - at)) / candidates);

/** The elements on one side of zero, with their moments summed from the outside in. */
function tailOf(histogram: Histogram, side: 1 | -1): Tail {
  const middles: number[] = [];
  const counts: number[] = [];
  for (const { low, high, count } of histogram.bins()) {
    if (side === 1 ? low < 0 : low >= 0) continue;
    middles.push((side * (low + high)) / 2);
    counts.push(count);
  }
  if (side === 1) {
    middles.reverse();
    counts.reverse();
  }
  const sums = [new Float64Array(middles.length + 1), new Float64Array(middles.length + 1)];
  const [firsts, seconds] = sums as [Float64Array, Float64Array];
  const total = new Float64Array(middles.length + 1);
  for (const [at, middle] of middles.entries()) {
    const count = counts[at]!;
    total[at + 1] = total[at]! + count;
    firsts[at + 1] = firsts[at]! + count * middle;
    seconds[at + 1] = seconds[at]! + count * middle * middle;
  }
  const reach = Math.max(0, side === 1 ? histogram.max : -histogram.min);
  const beyond = (at: number): number => {
    let [from, to] = [0, middles.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      if (middles[middle]! > at) from = middle + 1;
      else to = middle;
    }
    return from;
  };
  return {
    reach,
    endAt(at) {
      const count = beyond(at);
      const clipped = total[count]!;
      const error = seconds[count]! - 2 * at * firsts[count]! + at * at * clipped;
      return { at, clipped, error: Math.max(0, error) };
    },
  };
}
