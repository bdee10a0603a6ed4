/**
 * Promise 4, the policy's part: what is checked again before an attempt is the whole policy, on
 * the facts of that moment, and privacy fails closed. That every attempt is in fact preceded by
 * this check is the executor's part.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type CompiledPolicy,
  compileRoute,
  type RouteRequest,
  tierRank,
} from '../../packages/core/src/route/index.ts';
import { anyFacts, anyPolicy, anyRequest } from '../support/route-arbitraries.ts';

/** The farthest rank that the labels allow, told again from the words of the promise. */
function allowedRank(by: CompiledPolicy, { labels }: RouteRequest): number {
  if (labels.length === 0) return tierRank[by.unlabelled];
  return Math.min(
    ...labels.map(
      (label) => tierRank[Object.hasOwn(by.labels, label) ? by.labels[label]! : 'device'],
    ),
  );
}

describe('promise 4: a fallback never crosses a constraint', () => {
  it('a step of an old plan is allowed exactly where a new decision would plan it', () => {
    fc.assert(
      fc.property(anyPolicy, anyRequest, anyFacts, anyFacts, (by, asked, before, after) => {
        const route = compileRoute(by);
        const now = {
          device: after.device,
          candidates: before.candidates.map((one, i) => ({
            ...one,
            ...after.candidates[i],
            id: one.id,
          })),
        };
        const planned = new Set(route.decide(asked, now).plan.map((step) => step.candidate));
        for (const { candidate } of route.decide(asked, before).plan) {
          expect(route.recheck(asked, now, candidate) === undefined).toBe(planned.has(candidate));
        }
      }),
      { numRuns: 500 },
    );
  });

  it('no place beyond the strictest label is ever allowed, and a label nobody knows keeps data on the device', () => {
    fc.assert(
      fc.property(anyPolicy, anyRequest, anyFacts, (by, asked, given) => {
        const route = compileRoute(by);
        for (const { id, tier } of given.candidates) {
          const rejection = route.recheck(asked, given, id);
          if (tierRank[tier] > allowedRank(by, asked)) expect(rejection?.code).toBe('privacy');
        }
      }),
      { numRuns: 500 },
    );
  });
});
