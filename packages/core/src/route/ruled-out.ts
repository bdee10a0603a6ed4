import { before } from './order.ts';
import type { Candidate, PlanStep, Rejection } from './types.ts';

interface Best {
  readonly candidate: string;
  readonly tier: Candidate['tier'];
  readonly score: number;
  readonly rule: string;
}

/** Remembers, of what was ruled out, the best place of all and the best that was refused. */
export class RuledOut {
  private best: Best | undefined;
  private bestRefused: Best | undefined;

  add(rejection: Rejection, { id, tier }: Candidate, score: number): void {
    const one: Best = { candidate: id, tier, score, rule: rejection.rule };
    if (this.best === undefined || before(one, this.best)) this.best = one;
    if (!isRefusal(rejection)) return;
    if (this.bestRefused === undefined || before(one, this.bestRefused)) this.bestRefused = one;
  }

  /**
   * What decided the first place of a plan. With an empty plan a privacy or licence rule is named
   * before any other, since the answer is then a refusal and not an outage.
   */
  decidingRule(first: PlanStep | undefined): string {
    if (first === undefined) return (this.bestRefused ?? this.best)?.rule ?? 'no-candidates';
    return this.best !== undefined && before(this.best, first) ? this.best.rule : 'objective';
  }
}

/** Whether a candidate was ruled out for reasons that make "no answer" a refusal (exit code 4). */
export function isRefusal(rejection: Rejection): boolean {
  return rejection.code === 'privacy' || rejection.code === 'licence';
}
