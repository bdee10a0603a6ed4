import type { Candidate } from '@selvedge/core/route';

export interface BreakerOptions {
  /** Failures in a row that open it. Default 3. */
  readonly failures?: number;
  /** Milliseconds it stays open the first time; doubled after each failed probe. Default 5,000. */
  readonly restMs?: number;
  /** Longest rest, milliseconds. Default 300,000. */
  readonly longestRestMs?: number;
}

export type BreakerState = 'closed' | 'half-open' | 'open';

/** Leave to make one attempt. Exactly one of the three is called when it has ended. */
export interface Permit {
  succeeded(): void;
  failed(nowMs: number): void;
  /** It says nothing about the candidate: the caller gave up, or its request was wrong. */
  dropped(): void;
}

interface Breaker {
  failures: number;
  /** Undefined while closed. */
  openUntilMs: number | undefined;
  restMs: number;
  probing: boolean;
  /** Grows at each change of state: what began in an earlier one no longer counts. */
  era: number;
}

/**
 * A circuit breaker per candidate. Closed: attempts are made. Open, after failures in a row: none
 * is, for a rest. Half-open, after the rest: one probe at a time; its success closes the breaker,
 * its failure opens it for twice the rest. Times come from the caller's clock.
 */
export class Breakers {
  readonly #breakers = new Map<string, Breaker>();
  readonly #threshold: number;
  readonly #restMs: number;
  readonly #longestRestMs: number;

  constructor({ failures = 3, restMs = 5_000, longestRestMs = 300_000 }: BreakerOptions = {}) {
    this.#threshold = failures;
    this.#restMs = restMs;
    this.#longestRestMs = longestRestMs;
  }

  /** What an attempt now would meet: `open` also while another's probe is under way. */
  state(candidate: string, nowMs: number): BreakerState {
    const breaker = this.#breakers.get(candidate);
    if (breaker?.openUntilMs === undefined) return 'closed';
    return nowMs < breaker.openUntilMs || breaker.probing ? 'open' : 'half-open';
  }

  /** The candidates with the state of their breakers, for a decision's facts. */
  overlay(candidates: readonly Candidate[], nowMs: number): Candidate[] {
    return candidates.map((candidate) => ({
      ...candidate,
      breaker: this.state(candidate.id, nowMs),
    }));
  }

  /** Leave for one attempt; undefined while the breaker is open. */
  permit(candidate: string, nowMs: number): Permit | undefined {
    const state = this.state(candidate, nowMs);
    if (state === 'open') return undefined;
    const breaker = this.#of(candidate);
    const { era } = breaker;
    breaker.probing = state === 'half-open';
    const settle = (change: () => void) => {
      if (breaker.era !== era) return;
      breaker.probing = false;
      change();
    };
    return {
      succeeded: () => settle(() => this.#close(breaker)),
      failed: (failedAtMs) => settle(() => this.#count(breaker, failedAtMs)),
      dropped: () => settle(() => {}),
    };
  }

  #of(candidate: string): Breaker {
    let breaker = this.#breakers.get(candidate);
    if (!breaker) {
      const restMs = this.#restMs;
      breaker = { failures: 0, openUntilMs: undefined, restMs, probing: false, era: 0 };
      this.#breakers.set(candidate, breaker);
    }
    return breaker;
  }

  #close(breaker: Breaker): void {
    if (breaker.openUntilMs !== undefined) breaker.era += 1;
    breaker.failures = 0;
    breaker.openUntilMs = undefined;
    breaker.restMs = this.#restMs;
  }

  #count(breaker: Breaker, nowMs: number): void {
    const probed = breaker.openUntilMs !== undefined;
    breaker.failures += 1;
    if (!probed && breaker.failures < this.#threshold) return;
    if (probed) breaker.restMs = Math.min(breaker.restMs * 2, this.#longestRestMs);
    breaker.openUntilMs = nowMs + breaker.restMs;
    breaker.era += 1;
  }
}
