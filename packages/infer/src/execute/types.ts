import type { ErrorCode } from '@selvedge/core/errors';
import type {
  Candidate,
  Decision,
  Rejection,
  RouteFacts,
  RouteRequest,
} from '@selvedge/core/route';
import type { RunResult } from '../engine/index.ts';
import type { Breakers } from './breaker.ts';
import type { Clock } from './clock.ts';

/** One try at one candidate. `ms` is how long it was waited for. */
export interface Attempt {
  readonly candidate: string;
  readonly outcome: 'answered' | 'failed' | 'timed-out' | 'cancelled';
  readonly ms: number;
  /** Why it did not answer. */
  readonly code?: ErrorCode;
  readonly message?: string;
}

/** What an attempt is given. */
export interface AttemptContext {
  /** Aborted when nobody waits for this attempt any more. */
  readonly signal: AbortSignal;
  /** Milliseconds this attempt will be waited for. */
  readonly timeoutMs: number;
}

export interface ExecuteOptions<R = RunResult> {
  readonly request: RouteRequest;
  /** What `decide` of the compiled policy said. */
  readonly decision: Decision;
  /** The facts of this moment; asked again before every attempt. */
  readonly facts: () => RouteFacts;
  /** `recheck` of the compiled policy. */
  readonly recheck: (
    request: RouteRequest,
    facts: RouteFacts,
    candidate: string,
  ) => Rejection | undefined;
  /** Runs the inference at a candidate. */
  readonly attempt: (candidate: Candidate, context: AttemptContext) => Promise<R>;
  readonly clock: Clock;
  /** Kept by the caller across requests. */
  readonly breakers?: Breakers;
  /** The caller's: cancels everything. */
  readonly signal?: AbortSignal;
  /** Milliseconds an attempt is waited for where the request has no deadline. Default 30,000. */
  readonly attemptTimeoutMs?: number;
}

/** How a request went: what answered, and everything that did not. */
export interface Execution<R = RunResult> {
  readonly result: R;
  /** The candidate that answered, with the facts it was attempted under. */
  readonly candidate: Candidate;
  /** In the order they were made; the last one answered. */
  readonly attempts: readonly Attempt[];
  /** The decision's rejections, then those of the checks before attempts. */
  readonly rejected: readonly Rejection[];
}
