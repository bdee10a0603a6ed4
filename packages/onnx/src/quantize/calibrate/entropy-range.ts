import type { Histogram } from './histogram.ts';
import { type Bits, type Range, stepsOf } from './range.ts';

/** Bins of equal width that the distribution is looked at in; TensorRT takes as many. */
const fineBins = 2048;
/** Ends that are tried. */
const candidates = 64;

/**
 * The range whose quantised distribution loses the least information against what was seen: the
 * smallest Kullback–Leibler divergence over thresholds ±t (Migacz, "8-bit inference with TensorRT",
 * GTC 2017, with clipping counted in full). Each side ends at t or where the elements do, whichever is nearer.
 */
export function entropyRange(histogram: Histogram, bits: Bits): Range {
  const low = Math.min(histogram.min, 0);
  const high = Math.max(histogram.max, 0);
  const reach = Math.max(-low, high);
  if (reach === 0) return { min: 0, max: 0 };
  const steps = Math.min(stepsOf(bits) + 1, fineBins / 2);
  const fine = spread(histogram, low, high);
  let best: { range: Range; divergence: number } | undefined;
  for (let at = candidates; at >= 8; at--) {
    const threshold = (reach * at) / candidates;
    const range = { min: Math.max(low, -threshold), max: Math.min(high, threshold) };
    const divergence = divergenceOf(fine, range, low, (high - low) / fineBins, steps);
    if (!best || divergence < best.divergence) best = { range, divergence };
  }
  return best?.range ?? { min: low, max: high };
}

/** The histogram in bins of equal width between the ends, zeros left out: they are exact anyway. */
function spread(histogram: Histogram, low: number, high: number): Float64Array {
  const fine = new Float64Array(fineBins);
  const scale = fineBins / (high - low);
  for (const bin of histogram.bins()) {
    const at = Math.floor(((bin.low + bin.high) / 2 - low) * scale);
    fine[Math.min(fineBins - 1, Math.max(0, at))]! += bin.count;
  }
  return fine;
}

/**
 * KL(P ‖ Q): P as it was seen, Q the inside at `steps` levels. TensorRT adds what is outside to P's
 * ends instead, which counts clipping for almost nothing: on the shared models it lost 20 dB.
 */
function divergenceOf(
  fine: Float64Array,
  range: Range,
  low: number,
  width: number,
  steps: number,
): number {
  const first = Math.max(0, Math.floor((range.min - low) / width));
  const last = Math.min(fineBins, Math.max(first + 1, Math.ceil((range.max - low) / width)));
  const quantized = new Float64Array(fineBins);
  quantized.set(coarsened(fine.subarray(first, last), steps), first);
  return relativeEntropy(fine, quantized);
}

/** Each level's count spread evenly over those of its bins that are not empty. */
function coarsened(bins: Float64Array, steps: number): Float64Array {
  const result = new Float64Array(bins.length);
  const perLevel = bins.length / steps;
  for (let level = 0; level < steps; level++) {
    const from = Math.floor(level * perLevel);
    const to = level === steps - 1 ? bins.length : Math.floor((level + 1) * perLevel);
    let [sum, filled] = [0, 0];
    for (let at = from; at < to; at++) {
      sum += bins[at]!;
      if (bins[at]! > 0) filled++;
    }
    for (let at = from; at < to; at++) if (bins[at]! > 0) result[at] = sum / filled;
  }
  return result;
}

/** Where Q has nothing and P has something, Q is given next to nothing: 1e-12 of an element. */
function relativeEntropy(p: Float64Array, q: Float64Array): number {
  const total = (bins: Float64Array) => bins.reduce((sum, count) => sum + count, 0);
  const [sumP, sumQ] = [total(p), total(q)];
  if (sumP === 0 || sumQ === 0) return Number.POSITIVE_INFINITY;
  let divergence = 0;
  for (const [at, count] of p.entries()) {
    if (count === 0) continue;
    divergence += (count / sumP) * Math.log((count * sumQ) / ((q[at] || 1e-12) * sumP));
  }
  return divergence;
}
