import type { DataTypeName } from '../tensor/data-type.ts';
import type { NodeProto } from '../wire/messages.ts';

/** Sizes; `null` where one is not known. */
export type Shape = readonly (number | null)[];

/** What is known of a value before anything runs. Absent is not known. */
export interface ValueFacts {
  readonly type?: DataTypeName;
  readonly shape?: Shape;
  /** The elements of a small constant, row-major, booleans as 0 and 1. */
  readonly constant?: readonly number[];
}

/** Constants above this many elements are not followed. */
export const constantLimit = 16384;

/** A node with what is known of its inputs. */
export interface Operands {
  readonly node: NodeProto;
  readonly opset: number;
  /** By position; an empty object for an input that is left out or of which nothing is known. */
  readonly inputs: readonly ValueFacts[];
}

/** Shapes of a node's outputs by position; `undefined` where not known. */
export type ShapeRule = (operands: Operands) => readonly (Shape | undefined)[];

/** Elements of a shape; `undefined` where a size is not known, or the product cannot be. */
export function countOf(shape: Shape | undefined): number | undefined {
  let count = 1;
  for (const size of shape ?? [null]) {
    if (size === null) return undefined;
    count *= size;
  }
  return Number.isSafeInteger(count) ? count : undefined;
}

/** A shape whose sizes are all known. */
export const isKnown = (shape: Shape | undefined): shape is readonly number[] =>
  shape?.every((size) => size !== null) ?? false;

/** An axis counted from the end made positive; `undefined` where it is outside. */
export function positiveAxis(axis: number, rank: number): number | undefined {
  const positive = axis < 0 ? axis + rank : axis;
  return Number.isInteger(positive) && positive >= 0 && positive < rank ? positive : undefined;
}

/** ONNX's multidirectional broadcasting (docs/Broadcasting.md). */
export function broadcast(shapes: readonly (Shape | undefined)[]): Shape | undefined {
  let result: (number | null)[] = [];
  for (const shape of shapes) {
    if (!shape) return undefined;
    const [long, short] = shape.length > result.length ? [shape, result] : [result, shape];
    const lead = long.length - short.length;
    result = long.map((size, at) => (at < lead ? size : broadcastSize(size, short[at - lead]!)));
  }
  return result;
}

function broadcastSize(a: number | null, b: number | null): number | null {
  if (a === 1) return b;
  if (b === 1) return a;
  return a ?? b;
}
