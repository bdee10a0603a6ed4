import { type ErrorCode, SelvedgeError } from '@selvedge/core/errors';
import { type Decision, describeRejection, isRefusal, type Rejection } from '@selvedge/core/route';
import type { Attempt } from './types.ts';

/**
 * The error of a request that no place answered. It is a refusal where a privacy or licence rule
 * had removed a candidate, whatever else failed: the caller must not "fix" it by a retry
 * elsewhere. Its details carry the whole trail.
 */
export function noAnswer(
  decision: Decision,
  attempts: readonly Attempt[],
  rejected: readonly Rejection[],
  outOfTime: boolean,
): SelvedgeError {
  const code = codeOf(attempts, rejected, outOfTime);
  const causes = [...attempts.map(describeAttempt), ...rejected.map(describeRejection)];
  const message = `no place answered: ${causes.join('; ') || 'there is no candidate'}`;
  const details = { policy: decision.policy, attempts, rejected };
  return new SelvedgeError(code, message, { hint: hints[code] ?? '', details });
}

const hints: Partial<Record<ErrorCode, string>> = {
  privacy: 'the request stays within its labels; try again when a permitted place can answer',
  licence: "the family's licence stands against it; ask its publisher",
  timeout: 'allow more time, or less quality',
  'no-route': 'try again later, or ask for less',
};

function codeOf(
  attempts: readonly Attempt[],
  rejected: readonly Rejection[],
  outOfTime: boolean,
): ErrorCode {
  // An upstream that itself refused for such a reason counts like a rule of this policy.
  const refusals = [
    ...rejected.filter(isRefusal).map((rejection) => rejection.code),
    ...attempts.map((attempt) => attempt.code),
  ];
  if (refusals.includes('privacy')) return 'privacy';
  if (refusals.includes('licence')) return 'licence';
  return outOfTime ? 'timeout' : 'no-route';
}

function describeAttempt({ candidate, outcome, message }: Attempt): string {
  return `${candidate} ${outcome}${message ? ` (${message})` : ''}`;
}
