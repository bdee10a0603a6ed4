import { attribute } from '../graph/attribute.ts';
import type { Bounds, Condition, Operand } from './condition.ts';
import { isFixed, valuesAt } from './condition.ts';
import type { Subject } from './subject.ts';

/** What a condition asks for, and what was found instead, as one clause. */
export function inWords(condition: Condition, subject: Subject): string {
  const wanted = wants(condition);
  const has = found(condition, subject);
  return has === undefined ? wanted : `${wanted}, not ${has}`;
}

/** What a condition asks for: `input 1 must be constant`. */
export function wants(condition: Condition): string {
  if ('not' in condition) return `not: ${wants(condition.not)}`;
  if ('any' in condition) return condition.any.map(wants).join(', or ');
  if ('all' in condition) return condition.all.map(wants).join(', and ');
  if ('constant' in condition) return `${operand(condition.constant)} must be constant`;
  if ('quantised' in condition) return `${operand(condition.quantised)} must be quantised`;
  if ('given' in condition) return `${operand(condition.given)} must be given`;
  if ('absent' in condition) return `${operand(condition.absent)} must be left out`;
  if ('fixed' in condition) return `${operand(condition.fixed)} must have fixed sizes`;
  if ('rank' in condition)
    return `the rank of ${operand(condition.rank)} must be ${bounds(condition.is)}`;
  if ('size' in condition) {
    const which = condition.axis === undefined ? 'every size' : `size ${condition.axis}`;
    return `${which} of ${operand(condition.size)} must be ${bounds(condition.is)}`;
  }
  if ('elements' in condition)
    return `the elements of ${operand(condition.elements)} must be ${bounds(condition.is)}`;
  if ('type' in condition) return `${operand(condition.type)} must be ${condition.in.join(' or ')}`;
  if ('value' in condition)
    return `the values of input ${condition.value} must be ${bounds(condition.is)}`;
  if ('attr' in condition) return `${condition.attr} must be ${bounds(condition.is)}`;
  if ('attrIs' in condition)
    return `${condition.attrIs} must be ${condition.oneOf.map((one) => `[${one.join(', ')}]`).join(' or ')}`;
  if ('attrLength' in condition)
    return `${condition.attrLength} must have ${bounds(condition.is)} entries`;
  if ('hasAttr' in condition) return `${condition.hasAttr} must be given`;
  if ('inputCount' in condition) return `its inputs must be ${bounds(condition.inputCount)}`;
  if ('outputCount' in condition) return `its outputs must be ${bounds(condition.outputCount)}`;
  const [a, b] = condition.sameShape;
  return `inputs ${a} and ${b} must have one shape`;
}

function found(condition: Condition, subject: Subject): string | undefined {
  if ('rank' in condition) return list(valuesAt(subject, condition.rank).map(rankOf));
  if ('size' in condition) return list(valuesAt(subject, condition.size).map(shapeOf));
  if ('fixed' in condition) {
    const free = valuesAt(subject, condition.fixed).filter((value) => !isFixed(value));
    return list(free.map(({ fixedSizes }) => shapeInWords(fixedSizes)));
  }
  if ('type' in condition) return list(valuesAt(subject, condition.type).map(({ type }) => type));
  if ('attr' in condition || 'attrIs' in condition) {
    const name = 'attr' in condition ? condition.attr : condition.attrIs;
    const value = attribute(subject.node, name);
    const otherwise = 'attr' in condition ? condition.otherwise : undefined;
    if (!value) return otherwise === undefined ? undefined : String(otherwise);
    if (value.s) return new TextDecoder().decode(value.s);
    if (value.ints.length > 0) return `[${value.ints.join(', ')}]`;
    return value.i !== undefined ? String(value.i) : value.f?.toString();
  }
  return undefined;
}

type Value = ReturnType<typeof valuesAt>[number];

const rankOf = ({ shape }: Value): string | undefined => shape && String(shape.length);
const shapeOf = ({ shape }: Value): string => shapeInWords(shape);
const shapeInWords = (shape: Value['shape']): string =>
  shape ? `[${shape.map((size) => size ?? '?').join(', ')}]` : 'of unknown rank';

function list(items: readonly (string | undefined)[]): string | undefined {
  const unique = [...new Set(items.filter((item) => item !== undefined))];
  return unique.length === 0 ? undefined : unique.join(', ');
}

function operand(which: Operand): string {
  if (which === 'inputs') return 'every input';
  if (which === 'values') return 'every input and output';
  return typeof which === 'number' ? `input ${which}` : `output ${which.output}`;
}

function bounds({ min, max, in: one, not, multipleOf }: Bounds): string {
  const parts: string[] = [];
  if (one) parts.push(one.join(' or '));
  if (not) parts.push(`other than ${not.join(', ')}`);
  if (min !== undefined && max !== undefined)
    parts.push(min === max ? `${min}` : `from ${min} to ${max}`);
  else if (min !== undefined) parts.push(`at least ${min}`);
  else if (max !== undefined) parts.push(`at most ${max}`);
  if (multipleOf !== undefined) parts.push(`a multiple of ${multipleOf}`);
  return parts.join(' and ');
}
