import { pairedInterval, scoreInterval } from './interval.ts';
import type { Summary } from './metric.ts';

/** Summary of scores between 0 and 1 that are averaged over samples. */
export function meanScore(variant: readonly number[], reference: readonly number[]): Summary {
  const differences = variant.map((score, at) => (reference[at] as number) - score);
  return {
    value: mean(variant),
    reference: mean(reference),
    drop: mean(differences),
    interval: pairedInterval(differences),
    valueInterval: scoreInterval(variant),
  };
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
