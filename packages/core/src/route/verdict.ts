import { type ErrorCode, errorTable } from '../errors/index.ts';
import { describeDecision, describeRejection } from './describe.ts';
import { isRefusal } from './ruled-out.ts';
import type { AttemptEnding, Decision, Rejection } from './types.ts';

/** How a plan went: its attempts, all that was ruled out on the way, and the error at its end. */
export interface PlanEnding {
  readonly attempts: readonly AttemptEnding[];
  /** Those of the decision, and those of the checks before attempts. */
  readonly rejected: readonly Rejection[];
  /** Absent when a place answered. */
  readonly error?: ErrorCode;
}

/** What decided in the end: the rule that is counted, and a sentence for people. */
export interface Verdict {
  readonly rule: string;
  readonly reason: string;
}

/** The rules that only an ending can have; a policy cannot use their names. */
export const endingRules = ['fallback', 'no-answer', 'cancelled', 'bad-input'] as const;

/**
 * Why a request ran where it ran, or nowhere (promise 5). What the decision said stands where the
 * first place of the plan answered. Otherwise, in this order:
 *
 * - `fallback`: a better place was tried and failed, and a later one answered;
 * - a constraint's id: it took the better place away right before its attempt, or, without an
 *   answer, is the privacy or licence rule that kept the data from every other place;
 * - `cancelled`, `bad-input`: the caller gave up, or the request is wrong wherever it runs;
 * - `no-answer`: every place that was tried failed.
 */
export function verdictOf(decision: Decision, ending: PlanEnding): Verdict {
  const answered = ending.attempts.find(({ outcome }) => outcome === 'answered');
  return answered
    ? verdictOfAnswer(decision, ending, answered.candidate)
    : verdictOfNone(decision, ending);
}

function verdictOfAnswer(decision: Decision, ending: PlanEnding, place: string): Verdict {
  const at = decision.plan.findIndex(({ candidate }) => candidate === place);
  const lost = lostPlaces({ ...decision, plan: decision.plan.slice(0, at) }, ending);
  const [first] = lost;
  if (first === undefined) return { rule: decision.rule, reason: describeDecision(decision) };
  const failed = lost.some(({ rule }) => rule === undefined);
  return {
    rule: failed ? 'fallback' : (first.rule ?? 'fallback'),
    reason: sentence(lost, `${place} answered instead`),
  };
}

function verdictOfNone(decision: Decision, ending: PlanEnding): Verdict {
  const { attempts, rejected, error } = ending;
  const lost = lostPlaces(decision, ending);
  const refusal = rejected.find((one) => isRefusal(one) && one.code === error);
  if (refusal) {
    const tried = lost.filter(({ rule }) => rule === undefined);
    return { rule: refusal.rule, reason: sentence(tried, describeRejection(refusal)) };
  }
  if (error === 'cancelled') return { rule: error, reason: 'the caller gave up the request' };
  if (error === 'bad-input' || error === 'usage') {
    const by = attempts.at(-1)?.candidate;
    const said = by === undefined ? '' : `, said ${by}`;
    return {
      rule: 'bad-input',
      reason: `the request is wrong: ${errorTable[error].meaning} (${error})${said}`,
    };
  }
  if (decision.plan.length === 0)
    return { rule: decision.rule, reason: describeDecision(decision) };
  const rule = attempts.length > 0 ? 'no-answer' : (lost[0]?.rule ?? 'no-answer');
  return { rule, reason: sentence(lost, 'no place is left') };
}

interface LostPlace {
  /** What ruled it out; undefined where it was tried and failed. */
  readonly rule?: string;
  readonly text: string;
}

/** What became of each place of the plan that did not answer, in the plan's order. */
function lostPlaces({ plan }: Decision, { attempts, rejected }: PlanEnding): LostPlace[] {
  return plan.flatMap(({ candidate }): LostPlace[] => {
    const attempt = attempts.find((one) => one.candidate === candidate);
    if (attempt) return [{ text: describeAttempt(attempt) }];
    const rejection = rejected.find((one) => one.candidate === candidate);
    return rejection ? [{ rule: rejection.rule, text: describeRejection(rejection) }] : [];
  });
}

/** Only codes and times: an attempt's message may quote an engine, and an engine an input. */
function describeAttempt({ candidate, outcome, ms, code }: AttemptEnding): string {
  const named = code ? ` (${code})` : '';
  if (outcome === 'timed-out')
    return `${candidate} did not answer within ${Math.round(ms)} ms${named}`;
  return `${candidate} failed${code ? `: ${errorTable[code].meaning}` : ''}${named}`;
}

const sentence = (lost: readonly LostPlace[], end: string): string =>
  [...lost.map(({ text }) => text), end].join('; ');
