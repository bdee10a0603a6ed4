/** Shapes of operators that look at the same elements in another shape, or repeat them. */
import { intAttribute, intsAttribute } from '../graph/attribute.ts';
import { type Dim, divideExactly, floorDivide, multiplyDims, productOf } from './dimension.ts';
import {
  broadcast,
  constantOf,
  isKnown,
  type Operands,
  positiveAxis,
  type Shape,
  type ShapeRule,
  unknownOfRank,
} from './facts.ts';

type Result = readonly (Shape | undefined)[];

export const reshapeRules: Readonly<Record<string, ShapeRule>> = {
  Shape: shapeOf,
  Size: () => [[]],
  Reshape: reshape,
  Flatten: flatten,
  Transpose: transpose,
  Squeeze: squeeze,
  Unsqueeze: unsqueeze,
  Expand: expand,
  Tile: tile,
  DepthToSpace: (op) => [blocks(op, true)],
  SpaceToDepth: (op) => [blocks(op, false)],
};

function shapeOf({ node, inputs }: Operands): Result {
  const rank = inputs[0]?.shape?.length;
  if (rank === undefined) return [[null]];
  const [start, end] = shapeRange(node, rank);
  return [[Math.max(0, end - start)]];
}

/** The part of the dimensions that Shape gives (Shape-15, `start` and `end`). */
export function shapeRange(node: Operands['node'], rank: number): [start: number, end: number] {
  const clamp = (at: number) => Math.min(rank, Math.max(0, at < 0 ? at + rank : at));
  return [clamp(intAttribute(node, 'start', 0)), clamp(intAttribute(node, 'end', rank))];
}

function reshape({ node, inputs }: Operands): Result {
  const x = inputs[0]?.shape;
  const target: Shape | undefined = inputs[1]?.elements ?? intsAttribute(node, 'shape');
  if (!target) return [unknownOfRank(inputs[1]?.shape)];
  const keepZero = intAttribute(node, 'allowzero', 0) === 1;
  const isCopied = (at: number) => target[at] === 0 && !keepZero;
  const sizes = target.map((size, at) => (isCopied(at) ? (x?.[at] ?? null) : size));
  // An element that is not known may be the size itself or -1: if it is the only one, both say so.
  const open = sizes.flatMap((size, at) =>
    size === -1 || (size === null && !isCopied(at)) ? [at] : [],
  );
  if (open.length === 0) return [sizes];
  if (open.length > 1 || !x) return [withoutOpen(sizes)];
  // Sizes that are copied cancel out, so that an unknown one does not hide the inferred one.
  const from = productOf(x.filter((_, at) => !(at < target.length && isCopied(at))));
  const rest = productOf(sizes.filter((_, at) => at !== open[0] && !isCopied(at)));
  return [sizes.with(open[0]!, quotient(from, rest))];
}

const withoutOpen = (sizes: Shape): Shape => sizes.map((size) => (size === -1 ? null : size));

/** A division that a Reshape that runs leaves no remainder of. */
function quotient(a: Dim, b: Dim): Dim {
  if (a === null || b === null || b === 0) return null;
  if (typeof a === 'number' && typeof b === 'number') return a % b === 0 ? a / b : null;
  return divideExactly(a, b) ?? floorDivide(a, b);
}

function flatten({ node, inputs }: Operands): Result {
  const x = inputs[0]?.shape;
  if (!x) return [[null, null]];
  const axis = intAttribute(node, 'axis', 1);
  const cut = axis < 0 ? axis + x.length : axis;
  return [[productOf(x.slice(0, cut)), productOf(x.slice(cut))]];
}

function transpose({ node, inputs }: Operands): Result {
  const x = inputs[0]?.shape;
  if (!x) return [];
  const order = intsAttribute(node, 'perm') ?? x.map((_, at) => x.length - 1 - at);
  return [order.map((at) => x[at] ?? null)];
}

function squeeze(operands: Operands): Result {
  const { node, inputs } = operands;
  const x = inputs[0]?.shape;
  if (!x) return [];
  const axes = intsAttribute(node, 'axes') ?? constantOf(operands, 1);
  if (!axes) return [node.input[1] || !isKnown(x) ? undefined : x.filter((size) => size !== 1)];
  const gone = new Set(axes.map((axis) => positiveAxis(axis, x.length)));
  return [x.filter((_, at) => !gone.has(at))];
}

function unsqueeze(operands: Operands): Result {
  const { node, inputs } = operands;
  const x = inputs[0]?.shape;
  const axes = intsAttribute(node, 'axes') ?? constantOf(operands, 1);
  const count = axes?.length ?? inputs[1]?.shape?.[0];
  if (!x || typeof count !== 'number') return [];
  const rank = x.length + count;
  if (!axes) return [Array.from({ length: rank }, () => null)];
  const added = new Set(axes.map((axis) => positiveAxis(axis, rank)));
  const rest = [...x];
  return [Array.from({ length: rank }, (_, at) => (added.has(at) ? 1 : (rest.shift() ?? null)))];
}

function expand({ inputs }: Operands): Result {
  const x = inputs[0]?.shape;
  const target = inputs[1]?.elements ?? unknownOfRank(inputs[1]?.shape);
  return [broadcast([x, target])];
}

function tile({ inputs }: Operands): Result {
  const repeats = inputs[1]?.elements;
  return [inputs[0]?.shape?.map((size, at) => multiplyDims(size, repeats?.[at] ?? null))];
}

/** DepthToSpace and its inverse: channels against the two axes of a block. */
function blocks({ node, inputs }: Operands, toSpace: boolean): Shape | undefined {
  const x = inputs[0]?.shape;
  const block = intAttribute(node, 'blocksize', 1);
  if (x?.length !== 4 || block < 1) return undefined;
  const [more, less] = [multiplyDims, floorDivide];
  const [inChannels, inSpace] = toSpace ? [less, more] : [more, less];
  return [x[0]!, inChannels(x[1]!, block ** 2), inSpace(x[2]!, block), inSpace(x[3]!, block)];
}
