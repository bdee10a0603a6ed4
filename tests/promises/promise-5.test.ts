/**
 * Promise 5: every decision can be explained afterwards: what was considered, what was ruled out,
 * by which rule. Of the policies authors can write, the requests applications can make and the
 * facts a device can find, none leaves a candidate unaccounted for.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type AttemptEnding,
  type CompiledPolicy,
  compileRoute,
  type Decision,
  describeDecision,
  describeRejection,
  endingRules,
  isRefusal,
  type PlanEnding,
  type Rejection,
  type RouteFacts,
  verdictOf,
} from '../../packages/core/src/route/index.ts';
import { compileAuthorPolicy } from '../../packages/forge/src/policy/index.ts';
import { anyFacts, anyPolicy, anyRequest } from '../support/route-arbitraries.ts';

/** Rule ids that a reader of the trace can look up: the policy's own, and the documented ones. */
const documented =
  /^(available|breaker|min-quality|deadline|max-cost|objective|no-candidates|privacy-(unknown-label|unlabelled))$/;
const isKnown = (rule: string, by: CompiledPolicy) =>
  documented.test(rule) ||
  by.constraints.some(({ id }) => id === rule) ||
  Object.keys(by.labels).some((one) => rule === `privacy-${one}`);

/** What is wrong with an account of a decision, or undefined. */
function unexplained(
  decision: Decision,
  given: RouteFacts,
  by: CompiledPolicy,
): string | undefined {
  const told = [...decision.plan, ...decision.rejected].map((one) => one.candidate).sort();
  const considered = given.candidates.map(({ id }) => id).sort();
  if (JSON.stringify(told) !== JSON.stringify(considered))
    return 'a candidate is not accounted for';
  for (const rejection of decision.rejected) {
    if (!isKnown(rejection.rule, by)) return `rule ${rejection.rule} is in no policy`;
    if (!describeRejection(rejection).includes(rejection.rule)) return 'the sentence names no rule';
  }
  if (!isKnown(decision.rule, by)) return `rule ${decision.rule} decided, and is in no policy`;
  if (decision.plan[0] && !describeDecision(decision).includes(decision.plan[0].candidate))
    return 'the sentence names no place';
  return undefined;
}

/** What becomes of the places of a plan, in turn. */
const anyFate = fc.array(fc.constantFrom('failed', 'timed-out', 'gone', 'answered'), {
  minLength: 8,
  maxLength: 8,
});

/** The trail that the executor leaves when the plan meets this fate. */
function endingOf({ plan, rejected }: Decision, fates: readonly string[]): PlanEnding {
  const attempts: AttemptEnding[] = [];
  const gone: Rejection[] = [];
  for (const [at, { candidate }] of plan.entries()) {
    const fate = fates[at];
    if (fate === 'gone') gone.push({ candidate, code: 'unavailable', rule: 'available' });
    if (fate === 'failed') attempts.push({ candidate, outcome: fate, ms: 1, code: 'network' });
    if (fate === 'timed-out') attempts.push({ candidate, outcome: fate, ms: 9, code: 'timeout' });
    if (fate !== 'answered') continue;
    attempts.push({ candidate, outcome: fate, ms: 1 });
    return { attempts, rejected: [...rejected, ...gone] };
  }
  const refused = rejected.filter(isRefusal).map(({ code }) => code as 'privacy' | 'licence');
  const error = refused.find((code) => code === 'privacy') ?? refused[0] ?? 'no-route';
  return { attempts, rejected: [...rejected, ...gone], error };
}

describe('promise 5: every decision can be explained afterwards', () => {
  it('accounts for every candidate, by a rule that can be looked up', () => {
    fc.assert(
      fc.property(anyPolicy, anyRequest, anyFacts, (by, asked, given) => {
        const decision = compileRoute(by, 'acme/glyphs@sha256:0').decide(asked, given);
        expect(decision.policy).toBe('acme/glyphs@sha256:0');
        expect(unexplained(decision, given, by)).toBeUndefined();
      }),
      { numRuns: 1000 },
    );
  });

  it('accounts for whatever becomes of the plan: the places that failed, and where it ended', () => {
    fc.assert(
      fc.property(anyPolicy, anyRequest, anyFacts, anyFate, (by, asked, given, fates) => {
        const decision = compileRoute(by, 'acme/glyphs@sha256:0').decide(asked, given);
        const ending = endingOf(decision, fates);
        const { rule, reason } = verdictOf(decision, ending);
        const ended: readonly string[] = endingRules;
        expect([rule, isKnown(rule, by) || ended.includes(rule)]).toEqual([rule, true]);
        const [last] = ending.attempts.slice(-1);
        if (last) expect(reason).toContain(last.candidate);
        for (const { candidate } of ending.attempts) expect(reason).toContain(candidate);
        const failedOver = ending.attempts.length > 1 && last?.outcome === 'answered';
        expect(rule === 'fallback').toBe(failedOver);
        if (ending.error === undefined) return;
        const refused = decision.rejected.some(({ code }) => code === ending.error);
        expect(/^(objective|fallback)$/.test(rule)).toBe(false);
        if (refused) expect(decision.rejected.map((one) => one.rule)).toContain(rule);
      }),
      { numRuns: 1000 },
    );
  });

  it('survives being written down: the trace is plain data', () => {
    fc.assert(
      fc.property(anyPolicy, anyRequest, anyFacts, (by, asked, given) => {
        const finite = {
          ...given,
          candidates: given.candidates.filter(
            ({ predictedMs, cost }) => Number.isFinite(predictedMs) && Number.isFinite(cost ?? 0),
          ),
        };
        const decision = compileRoute(by).decide(asked, finite);
        expect(
          JSON.parse(JSON.stringify(decision)).plan.map(
            (step: { candidate: string }) => step.candidate,
          ),
        ).toEqual(decision.plan.map((step) => step.candidate));
      }),
      { numRuns: 300 },
    );
  });

  it('would be noticed if a candidate vanished or a rule had no name', () => {
    const by = compileAuthorPolicy(
      'apiVersion: selvedge.dev/v1\nkind: Policy',
      'policy.yaml',
      'acme/glyphs',
    );
    const given: RouteFacts = {
      device: {},
      candidates: [
        {
          id: 'device/x',
          tier: 'device',
          predictedMs: 1,
          provenance: 'measured',
          available: false,
        },
      ],
    };
    const decision = compileRoute(by).decide({ family: 'acme/glyphs', labels: [] }, given);
    expect(unexplained(decision, given, by)).toBeUndefined();
    expect(unexplained({ ...decision, rejected: [] }, given, by)).toBe(
      'a candidate is not accounted for',
    );
    const nameless = decision.rejected.map((one) => ({ ...one, rule: 'because' }));
    expect(unexplained({ ...decision, rejected: nameless }, given, by)).toBe(
      'rule because is in no policy',
    );
  });
});
