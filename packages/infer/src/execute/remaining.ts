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
 * shares with the fastest step behind it, so that a place that hangs does not use up its fallback's
 * time: each gets its predicted time and half of what both leave over, since predictions are
 * medians. Where there is no time for both, the earlier has all of it.
 */
export function attemptTimeoutMs(
  remainingMs: number,
  step: PlanStep,
  later: readonly PlanStep[],
): number {
  const fastestMs = Math.min(...later.map(({ predictedMs }) => predictedMs));
  const slackMs = remainingMs - step.predictedMs - fastestMs;
  return slackMs > 0 ? step.predictedMs + slackMs / 2 : remainingMs;
}
