/** Two-sided 95%. */
const z = 1.959964;

export type Interval = readonly [low: number, high: number];

/**
 * 95% interval of the mean of paired differences, each between −1 and 1.
 *
 * Bonett and Price's adjusted Wald interval (J. Educ. Behav. Stat. 37(4), 2012, 479–488): one
 * difference of +1 and one of −1 are added before the normal approximation. For right-or-wrong
 * scores this is their interval for paired proportions; unlike the plain one it does not shrink
 * to nothing when no sample differs. For scores in between it errs on the wide side.
 *
 * @param units see {@link Units}: where samples err together the interval of their units is taken
 * if it is wider
 */
export function pairedInterval(differences: readonly number[], units?: Units): Interval {
  const adjusted = waldInterval([...differences, 1, -1]);
  const ones = differences.map(() => 1);
  const grouped = units && ratioInterval(differences, ones, units);
  const wider = grouped && grouped[1] - grouped[0] > adjusted[1] - adjusted[0] ? grouped : adjusted;
  return clamp(wider, -1, 1);
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
 * Techniques, 3rd ed., 1977, §6.4; of whole units §9A.4), with Student's t for few of them;
 * undefined for fewer than two.
 */
export function ratioInterval(
  numerators: readonly number[],
  denominators: readonly number[],
  units?: Units,
): Interval | undefined {
  const [above, below] = [sumBy(numerators, units), sumBy(denominators, units)];
  const count = above.length;
  const total = sum(below);
  if (count < 2 || total === 0) return undefined;
  const ratio = sum(above) / total;
  const residuals = above.map((value, at) => value - ratio * (below[at] as number));
  const variance = sum(residuals.map((residual) => residual ** 2)) / (count - 1);
  const half = (studentT(count - 1) * Math.sqrt(variance * count)) / total;
  return [ratio - half, ratio + half];
}

/**
 * For each sample the unit it belongs to: samples of one unit may err together, different units
 * do not. Absent where every sample stands alone.
 */
export type Units = readonly number[];

function sumBy(values: readonly number[], units: Units | undefined): readonly number[] {
  if (!units) return values;
  const sums = new Map<number, number>();
  for (const [at, value] of values.entries()) {
    const unit = units[at] as number;
    sums.set(unit, (sums.get(unit) ?? 0) + value);
  }
  return [...sums.values()];
}

/**
 * Two-sided 95% quantile of Student's t: exact for 1 and 2 degrees of freedom, from 3 on the
 * Cornish–Fisher expansion (Abramowitz and Stegun, 26.7.5), within 0.3%.
 */
export function studentT(freedom: number): number {
  if (freedom === 1) return 12.7062;
  if (freedom === 2) return 4.30265;
  const terms = [
    (z ** 3 + z) / 4,
    (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96,
    (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384,
    (79 * z ** 9 + 776 * z ** 7 + 1482 * z ** 5 - 1920 * z ** 3 - 945 * z) / 92_160,
  ];
  return terms.reduce((total, term, at) => total + term / freedom ** (at + 1), z);
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
