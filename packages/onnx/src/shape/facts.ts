import type { DataTypeName } from '../tensor/data-type.ts';
import type { NodeProto } from '../wire/messages.ts';
import { type Dim, isExpression, numberOf, opaque, sameDim } from './dimension.ts';

/** Sizes; `null` where one is not known. */
export type Sizes = readonly (number | null)[];

/** Sizes with their symbols. */
export type Shape = readonly Dim[];

/** What is known of a value before anything runs. Absent is not known. */
export interface ValueFacts {
  readonly type?: DataTypeName;
  /** Absent where not even the rank is known; `[]` is a scalar. */
  readonly shape?: Sizes;
  /** The same with what is known of sizes that are no numbers. */
  readonly symbolic?: Shape;
  /** The elements of a small constant, row-major, booleans as 0 and 1. */
  readonly constant?: readonly number[];
  /** Of a sequence: what all its elements have in common. It then has no type and shape itself. */
  readonly sequence?: ValueFacts;
  /** Of an optional: what it may hold. */
  readonly optional?: ValueFacts;
}

/** What the rules work on: every size and every element of a small tensor may be an expression. */
export interface Facts {
  readonly type?: DataTypeName | undefined;
  readonly shape?: Shape | undefined;
  readonly elements?: readonly Dim[] | undefined;
  readonly sequence?: Facts | undefined;
  readonly optional?: Facts | undefined;
}

/** Facts as callers see them. Constants are unpacked when they are asked for. */
export function publicFacts(facts: Facts): ValueFacts {
  const { type, shape, sequence, optional } = facts;
  const shown = {
    ...(type && { type }),
    ...(shape && { shape: shape.map(numberOf), symbolic: shape }),
    ...(sequence && { sequence: publicFacts(sequence) }),
    ...(optional && { optional: publicFacts(optional) }),
  };
  const constant = () => numbersOf(facts.elements);
  return Object.defineProperty(shown, 'constant', { get: constant, enumerable: true });
}

/** Constants above this many elements are not followed. */
export const constantLimit = 16384;

/** A node with what is known of its inputs. */
export interface Operands {
  readonly node: NodeProto;
  /** Version of the operators of the node's domain. */
  readonly opset: number;
  /** By position; an empty object for an input that is left out or of which nothing is known. */
  readonly inputs: readonly Facts[];
}

/** Shapes of a node's outputs by position; `undefined` where not known. */
export type ShapeRule = (operands: Operands) => readonly (Shape | undefined)[];

/** A list of dims whose every member is a number; `undefined` where one is not. */
export const numbersOf = (dims: readonly Dim[] | undefined): readonly number[] | undefined =>
  dims && isKnown(dims) ? dims : undefined;

/** The elements of an input, where all are known numbers. */
export const constantOf = ({ inputs }: Operands, at: number): readonly number[] | undefined =>
  numbersOf(inputs[at]?.elements);

/** Elements of a shape; `undefined` where a size is not known, or the product cannot be. */
export function countOf(shape: Shape | undefined): number | undefined {
  let count = 1;
  for (const size of shape ?? [null]) {
    if (typeof size !== 'number') return undefined;
    count *= size;
  }
  return Number.isSafeInteger(count) ? count : undefined;
}

/** A shape whose sizes are all known. */
export const isKnown = (shape: Shape | undefined): shape is readonly number[] =>
  shape?.every((size) => typeof size === 'number') ?? false;

/** An axis counted from the end made positive; `undefined` where it is outside. */
export function positiveAxis(axis: number, rank: number): number | undefined {
  const positive = axis < 0 ? axis + rank : axis;
  return Number.isInteger(positive) && positive >= 0 && positive < rank ? positive : undefined;
}

/** ONNX's multidirectional broadcasting (docs/Broadcasting.md). */
export function broadcast(shapes: readonly (Shape | undefined)[]): Shape | undefined {
  let result: Dim[] = [];
  for (const shape of shapes) {
    if (!shape) return undefined;
    const [long, short] = shape.length > result.length ? [shape, result] : [result, shape];
    const lead = long.length - short.length;
    result = long.map((size, at) => (at < lead ? size : broadcastSize(size, short[at - lead]!)));
  }
  return result;
}

/** Where one size is a number above 1 the other must be 1 or the same. */
function broadcastSize(a: Dim, b: Dim): Dim {
  if (a === 1) return b;
  if (b === 1) return a;
  if (typeof a === 'number') return a;
  if (typeof b === 'number') return b;
  if (sameDim(a, b)) return a;
  return isExpression(a) && isExpression(b)
    ? opaque('broadcast', ...[a.text, b.text].sort())
    : null;
}

/** What two values that may stand for each other have in common. */
export function commonFacts(a: Facts, b: Facts): Facts {
  const sameElements =
    a.elements?.length === b.elements?.length &&
    a.elements?.every((element, at) => sameDim(element, b.elements![at]!));
  return {
    type: a.type === b.type ? a.type : undefined,
    shape: commonShape(a.shape, b.shape),
    elements: sameElements ? a.elements : undefined,
    sequence: a.sequence && b.sequence && commonFacts(a.sequence, b.sequence),
    optional: a.optional && b.optional && commonFacts(a.optional, b.optional),
  };
}

export function commonShape(a: Shape | undefined, b: Shape | undefined): Shape | undefined {
  if (a?.length !== b?.length) return undefined;
  return a?.map((size, at) => (sameDim(size, b![at]!) ? size : null));
}

/** A shape of as many unknown sizes as a shape tensor has elements. */
export function unknownOfRank(shapeTensor: Shape | undefined): Shape | undefined {
  const rank = shapeTensor?.[0];
  return shapeTensor?.length === 1 && typeof rank === 'number'
    ? Array.from({ length: rank }, () => null)
    : undefined;
}

/** Names out of a text: lists of operators are easier to read so. */
export const words = (text: string): string[] => text.trim().split(/\s+/);
