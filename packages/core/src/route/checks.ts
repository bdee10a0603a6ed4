import { fail } from '../errors/index.ts';
import { compileCondition } from './expression.ts';
import type { CompiledPolicy, Constraint } from './policy.ts';
import { unknownLabelRule, unlabelledRule } from './privacy.ts';
import type { Scene } from './scene.ts';
import type { Rejection } from './types.ts';
import { endingRules } from './verdict.ts';

/** One hard constraint, compiled. */
export interface Check {
  readonly rule: string;
  readonly code: Rejection['code'];
  /** True also where a fact that it needs is missing. */
  readonly forbids: (scene: Scene) => boolean;
}

/**
 * The constraints of every policy, in the order in which they are tried. Their ids are reserved.
 * Each is written so that an unknown fact, or a number that is not one, forbids.
 */
const builtIn: readonly Check[] = [
  {
    rule: 'available',
    code: 'unavailable',
    forbids: ({ candidate }) => candidate.available !== true,
  },
  { rule: 'breaker', code: 'breaker', forbids: ({ candidate }) => candidate.breaker === 'open' },
  {
    rule: 'min-quality',
    code: 'quality',
    forbids: ({ request, candidate }) =>
      request.minQuality !== undefined &&
      !((candidate.quality ?? Number.NaN) >= request.minQuality),
  },
  {
    rule: 'deadline',
    code: 'deadline',
    forbids: ({ request, candidate }) =>
      request.deadlineMs !== undefined && !(candidate.predictedMs <= request.deadlineMs),
  },
  {
    rule: 'max-cost',
    code: 'cost',
    forbids: ({ request, candidate }) =>
      request.maxCost !== undefined &&
      !((candidate.cost ?? (candidate.tier === 'device' ? 0 : Number.NaN)) <= request.maxCost),
  },
];

const reserved = new Set<string>([
  ...builtIn.map(({ rule }) => rule),
  ...endingRules,
  'objective',
  'no-candidates',
]);

/**
 * Compiles the constraints behind the label table: the author's privacy and licence rules, the
 * built-in ones, the author's other rules. Privacy and licence come first, so that a candidate
 * that is also unreachable is still reported as forbidden.
 *
 * @param name names the policy in messages.
 * @throws SelvedgeError `bad-document`
 */
export function compileChecks(
  policy: Pick<CompiledPolicy, 'constraints' | 'labels'>,
  name: string,
): Check[] {
  const seen = new Set<string>();
  const authored = policy.constraints.map((constraint, index) => {
    const { id } = constraint;
    if (reserved.has(id) || isLabelRule(id, policy))
      refuseId(name, id, 'is the name of a built-in rule');
    if (seen.has(id)) refuseId(name, id, 'is used twice');
    seen.add(id);
    return compileConstraint(constraint, `${name}: constraints.${index}`);
  });
  const refusals = authored.filter(({ code }) => code !== 'rule');
  const rules = authored.filter(({ code }) => code === 'rule');
  return [...refusals, ...builtIn, ...rules];
}

function compileConstraint(constraint: Constraint, at: string): Check {
  const when = compileCondition(constraint.when, `${at}.when`);
  const holds = compileCondition(constraint.require, `${at}.require`);
  return {
    rule: constraint.id,
    code: constraint.code,
    forbids: (scene) => when(scene) !== false && holds(scene) !== true,
  };
}

function isLabelRule(id: string, policy: Pick<CompiledPolicy, 'labels'>): boolean {
  if (id === unknownLabelRule || id === unlabelledRule) return true;
  return id.startsWith('privacy-') && Object.hasOwn(policy.labels, id.slice('privacy-'.length));
}

function refuseId(name: string, id: string, why: string): never {
  return fail('bad-document', `${name}: the rule id "${id}" ${why}`, {
    hint: 'choose another id',
    details: { rule: id },
  });
}
