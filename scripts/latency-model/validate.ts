import type { Fit, Group, Sample } from './fit.ts';

/** A sample with what a fit that had not seen its family predicts. */
export interface HeldOut extends Sample {
  readonly predicted: number;
}

/** Leaves each family of networks out in turn: what predicts it has seen none of its latencies. */
export function leaveFamiliesOut(
  samples: readonly Sample[],
  groups: readonly Group[],
  fitAll: (samples: readonly Sample[], groups: readonly Group[]) => Pick<Fit, 'predict'>,
): HeldOut[] {
  const families = [...new Set(samples.map(({ family }) => family))];
  return families.flatMap((family) => {
    const fit = fitAll(
      samples.filter((one) => one.family !== family),
      groups,
    );
    return samples
      .filter((one) => one.family === family)
      .map((one) => ({ ...one, predicted: fit.predict(one) }));
  });
}

export const relativeError = ({ predicted, ms }: Pick<HeldOut, 'predicted' | 'ms'>): number =>
  Math.abs(predicted / ms - 1);

export function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return (
    sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(part * sorted.length) - 1))] ??
    Number.NaN
  );
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);

/** Factors on a prediction that hold 90% of what was measured on networks held out. */
export interface Bounds {
  readonly low: number;
  readonly high: number;
}

/**
 * Conformal bounds from ratios of measured to predicted (Vovk et al. 2005): the ranks are those of
 * `n + 1` values, so that one more network is held as often as it should.
 */
export function boundsOf(heldOut: readonly HeldOut[]): Bounds {
  const ratios = heldOut.map(({ ms, predicted }) => ms / predicted);
  const more = (heldOut.length + 1) / heldOut.length;
  return { low: quantile(ratios, 1 - 0.95 * more), high: quantile(ratios, 0.95 * more) };
}

/**
 * Of all that was held out, what bounds of a group are taken from: its runtime and precision on all
 * devices; where that is too few to tell a tail by, its precision on all runtimes.
 */
export function likeGroup(
  heldOut: readonly HeldOut[],
  { runtime, precision }: Pick<Group, 'runtime' | 'precision'>,
): HeldOut[] {
  const like = heldOut.filter(({ group }) => group.precision === precision);
  const same = like.filter(({ group }) => group.runtime === runtime);
  return same.length >= 100 ? same : like;
}

/** How often bounds from all other families hold the latencies of a family; by default bounds from the same rows. */
export function coverage(of: readonly HeldOut[], from = of): number {
  const families = new Set(of.map(({ family }) => family));
  let held = 0;
  for (const family of families) {
    const { low, high } = boundsOf(from.filter((one) => one.family !== family));
    for (const one of of) {
      if (one.family !== family) continue;
      const ratio = one.ms / one.predicted;
      if (ratio >= low && ratio <= high) held += 1;
    }
  }
  return held / of.length;
}
