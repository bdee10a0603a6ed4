import type { Latency } from '@selvedge/core/release';
import type { Session, Tensors } from '@selvedge/infer/engine';

/** How long is measured: until both are reached, or `maxMs` has passed. */
export interface LatencyBudget {
  readonly minRuns: number;
  readonly maxRuns: number;
  readonly maxMs: number;
}

/** 100 runs give a p99 that is one run; slow models stop earlier, and `runs` says so. */
export const defaultLatencyBudget: LatencyBudget = { minRuns: 5, maxRuns: 200, maxMs: 1500 };

/**
 * Times single runs of a loaded model on this machine, after a few unmeasured ones.
 * Nearest-rank percentiles of the engine's own compute time, transport excluded, and an interval of
 * the median.
 *
 * @param clock milliseconds, for the budget only
 */
export async function measureLatency(
  session: Session,
  inputs: Tensors,
  engine: string,
  budget: LatencyBudget = defaultLatencyBudget,
  clock: () => number = () => performance.now(),
): Promise<Latency> {
  const end = clock() + budget.maxMs;
  for (let run = 0; run < 3; run += 1) await session.run(inputs);
  const times: number[] = [];
  let provenance: Latency['provenance'] = 'measured';
  while (times.length < budget.minRuns || (times.length < budget.maxRuns && clock() < end)) {
    const result = await session.run(inputs);
    times.push(result.computeMs);
    provenance = result.provenance;
  }
  const between = medianInterval(times);
  times.sort((a, b) => a - b);
  return {
    p50Ms: percentile(times, 0.5),
    p99Ms: percentile(times, 0.99),
    ...between,
    runs: times.length,
    engine,
    provenance,
  };
}

/** Medians of so many stretches of the runs: all on one side of what is sought in 2 of 2⁵ cases. */
const stretches = 5;

/**
 * Between these the median is in nine of ten cases: both what the order of the values says, by the
 * normal approximation of the binomial ranks (Conover, Practical Nonparametric Statistics, 3rd
 * edition, section 3.2), and what the medians of consecutive stretches do, since a machine's pace
 * wanders.
 *
 * @param times in the order in which they were taken, milliseconds
 */
export function medianInterval(times: readonly number[]): { lowMs: number; highMs: number } {
  const sorted = times.toSorted((a, b) => a - b);
  const reach = (1.645 * Math.sqrt(times.length)) / 2;
  const [low, high] = [times.length / 2 - reach, times.length / 2 + reach + 1];
  const length = Math.ceil(times.length / stretches);
  const medians = Array.from({ length: stretches }, (_, at) => {
    const own = times.slice(at * length, (at + 1) * length).sort((a, b) => a - b);
    return own.length === 0 ? [] : [percentile(own, 0.5)];
  }).flat();
  return {
    lowMs: Math.min(percentile(sorted, low / times.length), ...medians),
    highMs: Math.max(percentile(sorted, Math.min(1, high / times.length)), ...medians),
  };
}

/** Nearest rank: the smallest value that at least this share of the values do not exceed. */
export function percentile(sorted: readonly number[], share: number): number {
  const rank = Math.max(1, Math.ceil(share * sorted.length));
  return Number((sorted[rank - 1] ?? 0).toFixed(4));
}
