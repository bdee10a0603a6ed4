import { entropyRange } from './entropy-range.ts';
import type { Histogram } from './histogram.ts';
import { mseRange } from './mse-range.ts';
import { percentileRange } from './percentile-range.ts';
import type { Bits, Range } from './range.ts';

/**
 * How a range is taken from what was seen: `minmax` all of it; `percentile` all but a given share
 * on each side; `entropy` what keeps the distribution's information (KL divergence, TensorRT's way);
 * `mse` what makes the mean squared error of clipping and rounding smallest.
 */
export type RangeMethod = 'minmax' | 'percentile' | 'entropy' | 'mse';

export interface RangeOptions {
  /** Default `minmax`. */
  readonly method?: RangeMethod;
  /** Percent of the elements that `percentile` keeps, between 50 and 100. Default 99.999. */
  readonly percentile?: number;
  /** What the value will be stored in. Default 8. */
  readonly bits?: Bits;
}

/** The range of a value, from what was seen of it. What was seen nothing of spans nothing. */
export function chooseRange(histogram: Histogram, options: RangeOptions = {}): Range {
  const { method = 'minmax', percentile = 99.999, bits = 8 } = options;
  if (histogram.isEmpty) return { min: 0, max: 0 };
  if (method === 'percentile') return percentileRange(histogram, percentile);
  if (method === 'entropy') return entropyRange(histogram, bits);
  if (method === 'mse') return mseRange(histogram, bits);
  return { min: Math.min(histogram.min, 0), max: Math.max(histogram.max, 0) };
}
