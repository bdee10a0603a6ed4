import { attribute, floatAttribute, intAttribute, intsAttribute } from '../graph/attribute.ts';
import type { DataTypeName } from '../tensor/data-type.ts';
import type { NodeProto } from '../wire/messages.ts';
import type { Subject, SubjectValue } from './subject.ts';

/** An input by position, an output as `{ output: position }`, or every value of the node. */
export type Operand = number | { readonly output: number } | 'inputs' | 'values';

type Scalar = number | string;

/** Bounds, all of which hold. */
export interface Bounds {
  readonly min?: number;
  readonly max?: number;
  readonly in?: readonly Scalar[];
  readonly not?: readonly Scalar[];
  /** Whole multiples of this number. */
  readonly multipleOf?: number;
}

/**
 * A predicate over one node, as data. Operands that are left out satisfy every condition but
 * `given`; what is not known of a value makes the condition unknown, not false.
 */
export type Condition =
  /** The value is stored in the model, or follows from what is. */
  | { readonly constant: Operand }
  /** DequantizeLinear makes the value. */
  | { readonly quantised: Operand }
  | { readonly given: number }
  | { readonly absent: number }
  /** Every size is known before the model runs. */
  | { readonly fixed: Operand }
  | { readonly rank: Operand; readonly is: Bounds }
  /** A size; negative axes count from the end. Without an axis every size. */
  | { readonly size: Operand; readonly axis?: number; readonly is: Bounds }
  | { readonly elements: Operand; readonly is: Bounds }
  | { readonly type: Operand; readonly in: readonly DataTypeName[] }
  /** The elements of a constant. */
  | { readonly value: number; readonly is: Bounds }
  /** An attribute, each element of a list; where it is absent, `otherwise`, and without that it holds. */
  | { readonly attr: string; readonly is: Bounds; readonly otherwise?: Scalar }
  /** A list attribute is exactly one of these. */
  | { readonly attrIs: string; readonly oneOf: readonly (readonly number[])[] }
  | { readonly attrLength: string; readonly is: Bounds }
  | { readonly hasAttr: string }
  /** Inputs that are given, outputs that are named. */
  | { readonly inputCount: Bounds }
  | { readonly outputCount: Bounds }
  /** Two values have one shape. */
  | { readonly sameShape: readonly [Operand & number, Operand & number] }
  | { readonly not: Condition }
  | { readonly any: readonly Condition[] }
  | { readonly all: readonly Condition[] };

/** Whether a condition asks for fixed sizes or for a constant, alone or among others. */
export function asksFor(condition: Condition | undefined, what: 'fixed' | 'constant'): boolean {
  if (!condition) return false;
  if ('any' in condition) return condition.any.some((one) => asksFor(one, what));
  if ('all' in condition) return condition.all.some((one) => asksFor(one, what));
  return what in condition;
}

/** Whether a condition holds; `undefined` where too little is known. */
export function holds(condition: Condition, subject: Subject): boolean | undefined {
  if ('not' in condition) return negate(holds(condition.not, subject));
  if ('any' in condition) return anyOf(condition.any.map((one) => holds(one, subject)));
  if ('all' in condition) return allOf(condition.all.map((one) => holds(one, subject)));
  if ('constant' in condition) return each(subject, condition.constant, ({ constant }) => constant);
  if ('quantised' in condition)
    return each(subject, condition.quantised, ({ quantised }) => quantised);
  if ('given' in condition) return isGiven(subject.node, condition.given);
  if ('absent' in condition) return !isGiven(subject.node, condition.absent);
  if ('fixed' in condition) return each(subject, condition.fixed, isFixed);
  if ('rank' in condition)
    return each(
      subject,
      condition.rank,
      ({ shape }) => shape && within(shape.length, condition.is),
    );
  if ('size' in condition)
    return each(subject, condition.size, (value) => sizeHolds(value, condition));
  if ('elements' in condition)
    return each(subject, condition.elements, (value) => elementsHold(value, condition.is));
  if ('type' in condition)
    return each(subject, condition.type, ({ type }) => type && condition.in.includes(type));
  if ('value' in condition) return valueHolds(subject, condition.value, condition.is);
  if ('sameShape' in condition) return sameShape(subject, condition.sameShape);
  return attributeHolds(condition, subject.node);
}

function attributeHolds(condition: Condition, node: NodeProto): boolean | undefined {
  if ('attr' in condition) {
    const values = attributeValues(node, condition.attr, condition.otherwise);
    return values.every((value) => within(value, condition.is));
  }
  if ('attrIs' in condition) {
    const list = intsAttribute(node, condition.attrIs)?.join();
    return condition.oneOf.some((one) => one.join() === list);
  }
  if ('attrLength' in condition) {
    const list = attribute(node, condition.attrLength);
    return !list || within(Math.max(list.ints.length, list.floats.length), condition.is);
  }
  if ('hasAttr' in condition) return attribute(node, condition.hasAttr) !== undefined;
  if ('inputCount' in condition)
    return within(node.input.filter((name) => name !== '').length, condition.inputCount);
  if ('outputCount' in condition)
    return within(node.output.filter((name) => name !== '').length, condition.outputCount);
  return undefined;
}

/** INT, FLOAT, STRING, INTS and FLOATS attributes as a list. */
function attributeValues(node: NodeProto, name: string, otherwise: Scalar | undefined): Scalar[] {
  const found = attribute(node, name);
  if (!found) return otherwise === undefined ? [] : [otherwise];
  if (found.s) return [new TextDecoder().decode(found.s)];
  if (found.strings.length > 0) return found.strings.map((text) => new TextDecoder().decode(text));
  if (found.ints.length > 0) return intsAttribute(node, name) ?? [];
  if (found.floats.length > 0) return [...found.floats];
  return [found.f !== undefined ? floatAttribute(node, name, 0) : intAttribute(node, name, 0)];
}

function each(
  subject: Subject,
  operand: Operand,
  test: (value: SubjectValue) => boolean | undefined,
): boolean | undefined {
  return allOf(valuesAt(subject, operand).map(test));
}

/** The values an operand stands for, without those that are left out. */
export function valuesAt({ inputs, outputs }: Subject, operand: Operand): SubjectValue[] {
  const present = (values: readonly (SubjectValue | undefined)[]) =>
    values.filter((value) => value !== undefined);
  if (operand === 'inputs') return present(inputs);
  if (operand === 'values') return present([...inputs, ...outputs]);
  return present([typeof operand === 'number' ? inputs[operand] : outputs[operand.output]]);
}

/** What is not known before the run is not fixed, whatever the reason. */
export const isFixed = ({ fixedSizes }: SubjectValue): boolean =>
  fixedSizes?.every((size) => size !== null) ?? false;

function sizeHolds(
  { shape }: SubjectValue,
  { axis, is }: { readonly axis?: number; readonly is: Bounds },
): boolean | undefined {
  if (!shape) return undefined;
  const sizes = axis === undefined ? shape : shape.slice(axis).slice(0, 1);
  return allOf(sizes.map((size) => (size === null ? undefined : within(size, is))));
}

function elementsHold({ shape }: SubjectValue, is: Bounds): boolean | undefined {
  if (!shape) return undefined;
  let count = 1;
  for (const size of shape) {
    if (size === null) return undefined;
    count *= size;
  }
  return within(count, is);
}

/** Where the elements of a constant are too many to be followed, nothing is known of them. */
function valueHolds(subject: Subject, at: number, is: Bounds): boolean | undefined {
  const value = subject.inputs[at];
  if (!value) return true;
  return value.elements?.every((element) => within(element, is));
}

function sameShape(subject: Subject, [a, b]: readonly [number, number]): boolean | undefined {
  const [left, right] = [subject.inputs[a]?.shape, subject.inputs[b]?.shape];
  if (!left || !right) return undefined;
  if (left.length !== right.length) return false;
  return allOf(
    left.map((size, axis) => {
      const other = right[axis] ?? null;
      return size === null || other === null ? undefined : size === other;
    }),
  );
}

const isGiven = (node: NodeProto, at: number): boolean => (node.input[at] ?? '') !== '';

function within(value: Scalar, { min, max, in: one, not, multipleOf }: Bounds): boolean {
  if (one && !one.includes(value)) return false;
  if (not?.includes(value)) return false;
  if (min !== undefined && !(Number(value) >= min)) return false;
  if (max !== undefined && !(Number(value) <= max)) return false;
  return multipleOf === undefined || Number(value) % multipleOf === 0;
}

const negate = (value: boolean | undefined): boolean | undefined =>
  value === undefined ? undefined : !value;

/** Kleene's conjunction: false where one is false, else unknown where one is. */
export function allOf(values: readonly (boolean | undefined)[]): boolean | undefined {
  if (values.includes(false)) return false;
  return values.includes(undefined) ? undefined : true;
}

function anyOf(values: readonly (boolean | undefined)[]): boolean | undefined {
  if (values.includes(true)) return true;
  return values.includes(undefined) ? undefined : false;
}
