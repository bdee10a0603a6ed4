import { randomBytes } from 'node:crypto';
import type { LiveState } from '@selvedge/core/device';
import { fail, SelvedgeError, toSelvedgeError } from '@selvedge/core/errors';
import {
  type Candidate,
  type CompiledRoute,
  type Decision,
  type Rejection,
  type RouteFacts,
  type RouteRequest,
  verdictOf,
} from '@selvedge/core/route';
import { type FamilyName, nearest, type Tier } from '@selvedge/core/schema';
import type { RunResult, Tensors } from '@selvedge/infer/engine';
import {
  type Attempt,
  type Breakers,
  type Execution,
  execute,
  systemClock,
} from '@selvedge/infer/execute';
import type { OipParameters } from '@selvedge/infer/oip';
import type { DecisionLog, DecisionTrace, TimedAttempt } from './decision-log.ts';
import type { LatencyHistory } from './latency-history.ts';

/** What the application asks for besides the inputs. Labels are its own privacy labels. */
export interface InferRequest {
  readonly labels?: readonly string[];
  /** Milliseconds from now. */
  readonly deadlineMs?: number;
  /** Between 0 and 1, on the family's metric. */
  readonly minQuality?: number;
  /** In the policy's currency. */
  readonly maxCost?: number;
  readonly signal?: AbortSignal;
}

/** An answer, and why it came from where it came. */
export interface Inference {
  readonly outputs: Tensors;
  readonly decision: DecisionTrace;
}

/** An answer; a place over the network says with it what it ran. */
export type PlaceResult = RunResult & { readonly parameters?: OipParameters };

/** A family as the router sees it at this moment. */
export interface RoutedFamily {
  readonly route: CompiledRoute;
  /** Every place that could answer, reachable or not. */
  readonly candidates: () => readonly Candidate[];
  /** Runs at one of them. */
  readonly run: (
    candidate: Candidate,
    inputs: Tensors,
    context: { readonly signal: AbortSignal; readonly timeoutMs: number },
  ) => Promise<PlaceResult>;
  readonly breakers: Breakers;
  readonly history: LatencyHistory;
  /** The version that a place of this tier answers with. */
  readonly version: (tier: Tier) => string | undefined;
}

export interface RouterOptions {
  /** Undefined for a family that this device does not know. */
  readonly family: (name: FamilyName) => RoutedFamily | undefined;
  readonly live: () => LiveState;
  readonly log: DecisionLog;
  readonly count: (trace: DecisionTrace) => void;
  readonly clock: () => Date;
}

/**
 * Makes the device's decisions: policy over the facts of the moment, the plan run with every
 * attempt checked again, the trace kept here (promises 4 and 5).
 */
export function openRouter(options: RouterOptions) {
  return async function infer(
    name: FamilyName,
    inputs: Tensors,
    asked: InferRequest = {},
  ): Promise<Inference> {
    const family =
      options.family(name) ??
      fail('not-found', `this device has no family ${name}`, {
        hint: 'selvedge release list shows what is published; the device learns of it with a poll',
        details: { family: name },
      });
    const request = routeRequest(name, asked);
    const facts = (): RouteFacts => ({
      device: options.live(),
      candidates: family.breakers.overlay(family.candidates(), systemClock.now()),
    });
    const startMs = performance.now();
    const considered = facts();
    const decision = family.route.decide(request, considered);
    const keep = (ending: Ending): DecisionTrace => {
      const base = { request, considered, decision, ms: performance.now() - startMs };
      const trace = traceOf(base, ending, family, options.clock());
      options.log.add(trace);
      options.count(trace);
      return trace;
    };
    try {
      const execution = await execute({
        request,
        decision,
        facts,
        recheck: family.route.recheck,
        attempt: (candidate, context) => family.run(candidate, inputs, context),
        clock: systemClock,
        breakers: family.breakers,
        ...(asked.signal && { signal: asked.signal }),
      });
      const { candidate, result } = execution;
      family.history.add(candidate.id, tookMs(execution), result.provenance);
      return { outputs: result.outputs, decision: keep({ execution }) };
    } catch (caught) {
      const error = toSelvedgeError(caught);
      const trace = keep({ error });
      throw withDecision(error, trace);
    }
  };
}

/** What the place took: by its own clock where that stands for another chip's, else by ours. */
function tookMs({ candidate, result, attempts }: Execution<PlaceResult>): number {
  const byItself = candidate.tier === 'device' && result.provenance === 'estimated';
  return byItself ? result.computeMs : (attempts.at(-1)?.ms ?? result.computeMs);
}

const wishes = ['labels', 'deadlineMs', 'minQuality', 'maxCost', 'signal'];

/** @throws SelvedgeError `usage` for a wish of another name: a misspelt label must not be lost. */
function routeRequest(family: FamilyName, asked: InferRequest): RouteRequest {
  for (const name of Object.keys(asked)) {
    if (wishes.includes(name)) continue;
    const meant = nearest(name, wishes);
    fail('usage', `infer takes no "${name}"`, {
      hint: meant === undefined ? `it takes ${wishes.join(', ')}` : `did you mean "${meant}"?`,
    });
  }
  const { labels = [], deadlineMs, minQuality, maxCost } = asked;
  return {
    family,
    labels: [...new Set(labels)],
    ...(deadlineMs !== undefined && { deadlineMs }),
    ...(minQuality !== undefined && { minQuality }),
    ...(maxCost !== undefined && { maxCost }),
  };
}

interface Base {
  readonly request: RouteRequest;
  readonly considered: RouteFacts;
  readonly decision: Decision;
  readonly ms: number;
}
type Ending = { readonly execution: Execution<PlaceResult> } | { readonly error: SelvedgeError };

function traceOf(base: Base, ending: Ending, family: RoutedFamily, at: Date): DecisionTrace {
  const { request, considered, decision, ms } = base;
  const { family: name, ...asked } = request;
  const answered = 'execution' in ending ? ending.execution : undefined;
  const place = answered?.candidate;
  // The edge may have moved on since the release was read, or may not yet have.
  const said = (name: string): string | undefined => {
    const value = answered?.result.parameters?.[name];
    return typeof value === 'string' ? value : undefined;
  };
  const trail = 'error' in ending ? trailOf(ending.error) : ending.execution;
  const error = 'error' in ending ? { error: ending.error.code } : {};
  const rejected = trail.rejected ?? decision.rejected;
  const attempts = (trail.attempts ?? []).map(attemptOf);
  return {
    id: randomBytes(8).toString('hex'),
    at: at.toISOString(),
    family: name,
    request: asked,
    tier: place?.tier ?? null,
    candidate: place?.id ?? null,
    version: said('selvedge_version') ?? (place && family.version(place.tier)) ?? null,
    variant: said('selvedge_variant') ?? place?.variant ?? null,
    engine: place?.engine ?? null,
    target: place?.target ?? null,
    considered: considered.candidates.map(consideredPlace),
    plan: decision.plan,
    rejected,
    attempts,
    policy: decision.policy,
    ...verdictOf(decision, { attempts, rejected, ...error }),
    ms,
    provenance: 'measured',
    computed: answered
      ? { ms: answered.result.computeMs, provenance: answered.result.provenance }
      : null,
    ...error,
  };
}

/** A message may quote an engine, and an engine may quote a value: only codes are kept. */
function attemptOf({ candidate, outcome, ms, code }: Attempt): TimedAttempt {
  return { candidate, outcome, ms, provenance: 'measured', ...(code && { code }) };
}

function trailOf(error: SelvedgeError): {
  attempts?: readonly Attempt[];
  rejected?: readonly Rejection[];
} {
  const { attempts, rejected } = error.details;
  return {
    ...(Array.isArray(attempts) && { attempts }),
    ...(Array.isArray(rejected) && { rejected }),
  };
}

function consideredPlace(candidate: Candidate): DecisionTrace['considered'][number] {
  const { id, tier, variant, predictedMs, provenance, available, unavailableReason } = candidate;
  const { quality, qualityProvenance } = candidate;
  return {
    candidate: id,
    tier,
    ...(variant && { variant }),
    ...(quality !== undefined && { quality }),
    ...(qualityProvenance && { qualityProvenance }),
    predictedMs,
    provenance,
    available,
    ...(unavailableReason && { unavailableReason }),
  };
}

/** The caller can ask for the trace of a request that failed, too. */
function withDecision(error: SelvedgeError, trace: DecisionTrace): SelvedgeError {
  const { code, message, hint, details, cause } = error;
  return new SelvedgeError(code, message, {
    hint,
    details: { ...details, decision: trace.id },
    cause,
  });
}
