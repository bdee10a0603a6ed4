import type { Decision, Rejection } from './types.ts';

const reasons = new Map<string, string>(
  Object.entries({
    available: 'it cannot answer now',
    breaker: 'it failed too often and rests',
    'min-quality': 'its quality is below what was asked for, or unknown',
    deadline: 'it would not answer in time',
    'max-cost': 'it costs more than was allowed, or nobody knows what',
    'privacy-unknown-label': 'a label that the policy does not know keeps the data on the device',
    'privacy-unlabelled': 'data without a label may not go that far',
  }),
);

/** A rejection as a sentence: `edge/eu-1 refused: label "personal" may not go that far (rule privacy-personal)`. */
export function describeRejection({ candidate, code, rule }: Rejection): string {
  const verb = code === 'privacy' || code === 'licence' ? 'refused' : 'ruled out';
  return `${candidate} ${verb}: ${reasons.get(rule) ?? reasonByCode(code, rule)} (rule ${rule})`;
}

function reasonByCode(code: Rejection['code'], rule: string): string {
  if (code === 'privacy' && rule.startsWith('privacy-')) {
    return `label "${rule.slice('privacy-'.length)}" may not go that far`;
  }
  if (code === 'privacy') return "the family's privacy rule forbids it";
  if (code === 'licence') return "the family's licence rule forbids it";
  return "the family's policy forbids it";
}

/** The first place of a decision as a sentence, or why there is none. */
export function describeDecision({ plan, rule }: Decision): string {
  const [first] = plan;
  if (first === undefined) return `no place is left (rule ${rule})`;
  const why = rule === 'objective' ? 'the best of all places' : `the best that ${rule} allows`;
  return `${first.candidate}: ${why}`;
}
