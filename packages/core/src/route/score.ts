import type { Objective } from './policy.ts';
import type { Candidate } from './types.ts';

/** What a candidate scores whose prediction is no finite number: it comes last. JSON can hold it. */
const worst = Number.MAX_VALUE;

/**
 * Compiles the objective: latency·ms + cost·cost + energy·mJ + quality·(1 − quality). Lower is
 * better. An unknown quality counts as none at all, an unknown cost or energy as nothing:
 * `max-cost` is what keeps unknown costs away.
 */
export function compileScore(weights: Objective): (candidate: Candidate) => number {
  const { latency, cost, energy, quality } = weights;
  return (candidate) => {
    const score =
      latency * candidate.predictedMs +
      cost * (candidate.cost ?? 0) +
      energy * (candidate.energyMj ?? 0) +
      quality * (1 - (candidate.quality ?? 0));
    return Number.isFinite(score) ? score : worst;
  };
}
