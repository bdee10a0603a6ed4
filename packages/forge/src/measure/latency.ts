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
 * Nearest-rank percentiles of the engine's own compute time, transport excluded.
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
  times.sort((a, b) => a - b);
  return {
    p50Ms: percentile(times, 0.5),
    p99Ms: percentile(times, 0.99),
    runs: times.length,
    engine,
    provenance,
  };
}

/** Nearest rank: the smallest value that at least this share of the values do not exceed. */
export function percentile(sorted: readonly number[], share: number): number {
  const rank = Math.max(1, Math.ceil(share * sorted.length));
  return Number((sorted[rank - 1] ?? 0).toFixed(4));
}
