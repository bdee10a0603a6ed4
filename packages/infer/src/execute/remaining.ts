import type { PlanStep, RouteRequest } from '@selvedge/core/route';

/** What is left of a request's deadline and budget. One of each covers all attempts. */
export interface Remaining {
  /** Milliseconds; undefined without a deadline. */
  readonly ms: number | undefined;
  /** Cost; undefined without a limit. */
  readonly cost: number | undefined;
}

/** The request as the next attempt sees it: with the deadline and the budget that are left. */
export function narrowed(request: RouteRequest, { ms, cost }: Remaining): RouteRequest {
  return {
    ...request,
    ...(ms === undefined ? {} : { deadlineMs: ms }),
    ...(cost === undefined ? {} : { maxCost: cost }),
  };
}

/**
 * How long to wait for one attempt. The last gets all that is left of the deadline. An earlier one
 * leaves twice its predicted time to the fastest step behind it, so that a place that hangs does
 * not use up the fallback's time, but gets at least twice its own prediction: predictions are
 * medians.
 */
export function attemptTimeoutMs(
  remainingMs: number,
  step: PlanStep,
  later: readonly PlanStep[],
): number {
  if (later.length === 0) return remainingMs;
  const reserveMs = 2 * Math.min(...later.map(({ predictedMs }) => predictedMs));
  return Math.max(remainingMs - reserveMs, Math.min(2 * step.predictedMs, remainingMs));
}
