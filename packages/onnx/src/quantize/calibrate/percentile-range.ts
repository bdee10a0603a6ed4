import type { Histogram } from './histogram.ts';
import type { Range } from './range.ts';

/**
 * The range that leaves out at most the same share of the elements on each side: `percentile` 99.99
 * leaves out 0.005% below and 0.005% above. Within a bin elements are taken as spread evenly.
 */
export function percentileRange(histogram: Histogram, percentile: number): Range {
  const tail = (histogram.count * (1 - percentile / 100)) / 2;
  const bins = [...histogram.bins()];
  const zeros = { low: 0, high: 0, count: histogram.zeros };
  const split = bins.findIndex(({ low }) => low >= 0);
  const ordered = bins.toSpliced(split < 0 ? bins.length : split, 0, zeros);
  const min = quantile(ordered, tail, ({ low, high }, part) => low + part * (high - low));
  const max = quantile(
    ordered.toReversed(),
    tail,
    ({ low, high }, part) => high - part * (high - low),
  );
  return { min: Math.min(min, 0), max: Math.max(max, 0) };
}

type Bin = { readonly low: number; readonly high: number; readonly count: number };

/** Where `tail` elements have been passed. */
function quantile(
  bins: readonly Bin[],
  tail: number,
  within: (bin: Bin, part: number) => number,
): number {
  let passed = 0;
  for (const bin of bins) {
    if (bin.count > 0 && passed + bin.count >= tail)
      return within(bin, (tail - passed) / bin.count);
    passed += bin.count;
  }
  return 0;
}
