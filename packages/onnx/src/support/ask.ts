import { operatorName } from '../graph/attribute.ts';
import type { DataTypeName } from '../tensor/data-type.ts';
import { allOf, type Condition, holds } from './condition.ts';
import type { SupportRule } from './list.ts';
import type { Subject, SubjectValue } from './subject.ts';
import { inWords } from './words.ts';

/** An answer of a rule: whether it takes the node, why not, and how far it got. */
export interface Asked {
  readonly holds: boolean | undefined;
  readonly reason: string;
  /** 0: the operator set, 1: types, 2: conditions, 3: all held. */
  readonly step: number;
  /** The condition that does not hold, or of which that is not known. */
  readonly failing?: Condition;
}

/** Asks one rule about a node. */
export function askRule(rule: SupportRule, subject: Subject): Asked {
  const { since = 1, until = Number.POSITIVE_INFINITY } = rule;
  if (subject.opset < since || subject.opset > until)
    return { holds: false, reason: opsetReason(rule, subject), step: 0 };
  const types = askTypes(rule, subject);
  if (types.holds === false) return types;
  const where = askWhere(rule.where ?? [], subject);
  if (where.holds === false) return where;
  return types.holds === undefined ? types : where;
}

/** Asks for conditions that must all hold. */
export function askWhere(conditions: readonly Condition[], subject: Subject): Asked {
  const answers = conditions.map((condition) => holds(condition, subject));
  const all = allOf(answers);
  if (all) return { holds: true, reason: '', step: 3 };
  const at = answers.indexOf(all);
  const failing = conditions[at]!;
  const words = inWords(failing, subject);
  const reason = all === false ? words : `not known whether ${words}`;
  return { holds: all, reason, step: 2, failing };
}

function askTypes(rule: SupportRule, subject: Subject): Asked {
  let open: string | undefined;
  for (const [side, lists] of [
    ['input', rule.inputs],
    ['output', rule.outputs],
  ] as const) {
    const values = side === 'input' ? subject.inputs : subject.outputs;
    for (const [at, value] of values.entries()) {
      const allowed = lists?.[Math.min(at, lists.length - 1)];
      if (!value || !allowed) continue;
      if (!value.type) open ??= `the type of ${side} ${at} is not known`;
      else if (!allowed.includes(value.type))
        return { holds: false, reason: typeReason(side, at, value, allowed), step: 1 };
    }
  }
  return open === undefined
    ? { holds: true, reason: '', step: 2 }
    : { holds: undefined, reason: open, step: 1 };
}

const typeReason = (
  side: string,
  at: number,
  value: SubjectValue,
  allowed: readonly DataTypeName[],
): string => `${side} ${at} is ${value.type}; it takes ${allowed.join(', ')}`;

function opsetReason({ since = 1, until }: SupportRule, { node, opset }: Subject): string {
  const range =
    until === undefined
      ? `from ${since} on`
      : since === until
        ? `${since}`
        : `${since} to ${until}`;
  return `${operatorName(node)} of opset ${opset}; it takes opset ${range}`;
}
