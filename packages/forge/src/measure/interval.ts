/** Two-sided 95%. */
const z = 1.959964;

export type Interval = readonly [low: number, high: number];

/**
 * 95% interval of the mean of paired differences, each between −1 and 1.
 *
 * Bonett and Price's adjusted Wald interval (J. Educ. Behav. Stat. 37(4), 2012, 479–488): one
 * difference of +1 and one of −1 are added before the normal approximation. For right-or-wrong
 * scores this is their interval for paired proportions; unlike the plain one it does not shrink
 * to nothing when no sample differs.
 */
export function pairedInterval(differences: readonly number[]): Interval {
  return clamp(waldInterval([...differences, 1, -1]), -1, 1);
}

/**
 * 95% interval of the mean of scores, each between 0 and 1: Agresti and Coull's adjusted Wald
 * interval (Am. Stat. 52(2), 1998, 119–126), two successes and two failures added.
 */
export function scoreInterval(scores: readonly number[]): Interval {
  return clamp(waldInterval([...scores, 0, 0, 1, 1]), 0, 1);
}

/**
 * 95% interval of Σ numerators / Σ denominators by the delta method (Cochran, Sampling
 * Techniques, 3rd ed., 1977, §6.4); undefined for fewer than two pairs.
 */
export function ratioInterval(
  numerators: readonly number[],
  denominators: readonly number[],
): Interval | undefined {
  const count = numerators.length;
  const total = sum(denominators);
  if (count < 2 || total === 0) return undefined;
  const ratio = sum(numerators) / total;
  const residuals = numerators.map((value, at) => value - ratio * (denominators[at] as number));
  const variance = sum(residuals.map((residual) => residual ** 2)) / (count - 1);
  const half = (z * Math.sqrt(variance * count)) / total;
  return [Math.max(0, ratio - half), ratio + half];
}

function waldInterval(values: readonly number[]): Interval {
  const mean = sum(values) / values.length;
  const variance = sum(values.map((value) => (value - mean) ** 2)) / values.length;
  const half = z * Math.sqrt(variance / values.length);
  return [mean - half, mean + half];
}

const clamp = ([low, high]: Interval, least: number, most: number): Interval => [
  Math.max(least, low),
  Math.min(most, high),
];

const sum = (values: readonly number[]): number =>
  values.reduce((total, value) => total + value, 0);
