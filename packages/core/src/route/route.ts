import { checkCritical } from '../schema/index.ts';
import { type Check, compileChecks } from './checks.ts';
import { insert } from './order.ts';
import { CompiledPolicy } from './policy.ts';
import { compilePrivacy, type Reach, tierRank } from './privacy.ts';
import { RuledOut } from './ruled-out.ts';
import type { Scene } from './scene.ts';
import { compileScore } from './score.ts';
import type {
  Candidate,
  Decision,
  PlanStep,
  Rejection,
  RouteFacts,
  RouteRequest,
} from './types.ts';

/** A policy made executable. Holds no state between calls. */
export interface CompiledRoute {
  /** What decisions name as their policy. */
  readonly policy: string;
  /** Orders the candidates that every constraint allows, and names the rule against each other one. */
  decide(request: RouteRequest, facts: RouteFacts): Decision;
  /**
   * Checks one candidate again, right before an attempt, with the facts and the request of that
   * moment (the deadline that is left). Returns what forbids it, or undefined. A candidate that is
   * no longer among the facts is unavailable.
   */
  recheck(request: RouteRequest, facts: RouteFacts, candidate: string): Rejection | undefined;
}

/**
 * Compiles a policy to closures: hard constraints first, privacy before all, then the weighted
 * objective. Every candidate ends in the plan or among the rejected. Equal scores are ordered by
 * the nearer tier, then by id, so that the same facts always give the same plan.
 *
 * @param id what decisions and messages name as their policy, by convention
 * `<family>@<digest of the document>`.
 * @throws SelvedgeError `bad-document` for a tree that is malformed, naming the place, a reserved or
 * repeated rule id, or a `critical` key this version does not know.
 */
export function compileRoute(policy: CompiledPolicy, id: string = policy.family): CompiledRoute {
  checkCritical(policy, Object.keys(CompiledPolicy.properties), id);
  const reachOf = compilePrivacy(policy, id);
  const checks = compileChecks(policy, id);
  const score = compileScore(policy.objective);

  function decide(request: RouteRequest, facts: RouteFacts): Decision {
    const reach = reachOf(request.labels);
    const plan: PlanStep[] = [];
    const rejected: Rejection[] = [];
    const ruledOut = new RuledOut();
    const scene = { request, device: facts.device } as Scene;
    for (const candidate of facts.candidates) {
      scene.candidate = candidate;
      const rejection = rejectionOf(checks, scene, reach);
      if (rejection === undefined) insert(plan, stepOf(candidate, score(candidate)));
      else {
        rejected.push(rejection);
        ruledOut.add(rejection, candidate, score(candidate));
      }
    }
    return { plan, rejected, policy: id, rule: ruledOut.decidingRule(plan[0]) };
  }

  function recheck(
    request: RouteRequest,
    facts: RouteFacts,
    candidateId: string,
  ): Rejection | undefined {
    const candidate = facts.candidates.find((one) => one.id === candidateId);
    if (candidate === undefined)
      return { candidate: candidateId, code: 'unavailable', rule: 'available' };
    return rejectionOf(
      checks,
      { request, device: facts.device, candidate },
      reachOf(request.labels),
    );
  }

  return { policy: id, decide, recheck };
}

/** The first constraint that forbids the candidate: how far the data may go, then the checks in order. */
function rejectionOf(checks: readonly Check[], scene: Scene, reach: Reach): Rejection | undefined {
  const { id, tier } = scene.candidate;
  if (!(tierRank[tier] <= reach.rank)) return { candidate: id, code: 'privacy', rule: reach.rule };
  for (const check of checks) {
    if (check.forbids(scene)) return { candidate: id, code: check.code, rule: check.rule };
  }
  return undefined;
}

function stepOf(candidate: Candidate, score: number): PlanStep {
  return {
    candidate: candidate.id,
    tier: candidate.tier,
    predictedMs: candidate.predictedMs,
    provenance: candidate.provenance,
    cost: candidate.cost ?? 0,
    score,
  };
}
