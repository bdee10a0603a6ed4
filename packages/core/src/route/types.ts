/**
 * What a decision is made from and what it says. Plain data: this room knows no engine and no URL.
 */
import type { LiveState } from '../device/index.ts';
import type { ErrorCode } from '../errors/index.ts';
import type { FamilyName, Provenance, Tier } from '../schema/index.ts';

/** One place where the request could be answered. */
export interface Candidate {
  /** Unique among the candidates of a decision: `device/device-int8-dynamic`, `edge/eu-1`. */
  readonly id: string;
  readonly tier: Tier;
  readonly variant?: string;
  readonly engine?: string;
  readonly target?: string;
  /** The region it stands in, where that is known. */
  readonly region?: string;
  /** The variant's quality on its metric, 0 to 1; absent means unknown. */
  readonly quality?: number;
  /** Where `quality` comes from, as the signed release says. */
  readonly qualityProvenance?: Provenance;
  /** Predicted time to the answer, transport included, milliseconds. */
  readonly predictedMs: number;
  /** Where `predictedMs` comes from. */
  readonly provenance: Provenance;
  /** Money for one inference, in the policy's currency. Absent: nothing on the device, unknown elsewhere. */
  readonly cost?: number;
  /** Energy drawn from this device by one inference, millijoules. */
  readonly energyMj?: number;
  /** `false`: known to be unable to answer now, with the reason. */
  readonly available: boolean;
  readonly unavailableReason?: string;
  readonly breaker?: 'closed' | 'half-open' | 'open';
}

/** What the application asks for. Carries no input data. */
export interface RouteRequest {
  readonly family: FamilyName;
  /** Privacy labels. One that the policy does not know is treated as the strictest. */
  readonly labels: readonly string[];
  readonly deadlineMs?: number;
  readonly minQuality?: number;
  readonly maxCost?: number;
}

/** Everything a decision looks at besides the request. */
export interface RouteFacts {
  readonly device: LiveState;
  readonly candidates: readonly Candidate[];
}

/** One step of a plan, best first. Lower score is better. */
export interface PlanStep {
  readonly candidate: string;
  readonly tier: Tier;
  readonly predictedMs: number;
  /** Where `predictedMs` comes from. */
  readonly provenance: Provenance;
  readonly cost: number;
  readonly score: number;
}

/**
 * Why a candidate was ruled out. `code` is the kind (`privacy`, `unavailable`, `quality`,
 * `deadline`, `cost`, `breaker`, `rule`), `rule` the id of the rule in the policy or the
 * built-in constraint that did it.
 */
export interface Rejection {
  readonly candidate: string;
  readonly code:
    | 'privacy'
    | 'licence'
    | 'unavailable'
    | 'quality'
    | 'deadline'
    | 'cost'
    | 'breaker'
    | 'rule';
  readonly rule: string;
}

/** A decision: the plan, what was ruled out, and by which policy. */
export interface Decision {
  readonly plan: readonly PlanStep[];
  readonly rejected: readonly Rejection[];
  /** `<family>@<digest of the compiled policy>`, or the id of the built-in one. */
  readonly policy: string;
  /**
   * What decided the first place: `objective` where the best of all came first, else the
   * constraint that ruled the better one out; with an empty plan the constraint that left nothing,
   * or `no-candidates`. What decided in the end, once the plan has run, is `verdictOf`'s to say.
   */
  readonly rule: string;
}

/** How one attempt at a place of the plan ended. */
export interface AttemptEnding {
  readonly candidate: string;
  readonly outcome: 'answered' | 'failed' | 'timed-out' | 'cancelled';
  /** How long it was waited for. */
  readonly ms: number;
  /** Why it did not answer. */
  readonly code?: ErrorCode;
}
