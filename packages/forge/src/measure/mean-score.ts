import { pairedInterval, scoreInterval, type Units } from './interval.ts';
import type { Summary } from './metric.ts';

/** Summary of scores between 0 and 1 that are averaged over samples. */
export function meanScore(
  variant: readonly number[],
  reference: readonly number[],
  units?: Units,
): Summary {
  const differences = variant.map((score, at) => (reference[at] as number) - score);
  return {
    value: mean(variant),
    reference: mean(reference),
    drop: mean(differences),
    interval: pairedInterval(differences, units),
    valueInterval: scoreInterval(variant),
  };
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
