import { tierRank } from './privacy.ts';
import type { PlanStep } from './types.ts';

/** What the order of a plan is made from. */
export type Scored = Pick<PlanStep, 'tier' | 'score'> & { readonly candidate: string };

/** Whether `a` comes before `b`: the lower score, then the nearer tier, then the id. */
export function before(a: Scored, b: Scored): boolean {
  if (a.score !== b.score) return a.score < b.score;
  if (a.tier !== b.tier) return tierRank[a.tier] < tierRank[b.tier];
  return a.candidate < b.candidate;
}

/** Puts a step where it belongs in a sorted plan; plans are short. */
export function insert(plan: PlanStep[], step: PlanStep): void {
  let at = plan.length;
  for (; at > 0 && before(step, plan[at - 1]!); at--) plan[at] = plan[at - 1]!;
  plan[at] = step;
}
