/** Shapes of operators that join, cut, pick or pad. */
import { attribute, intAttribute, intsAttribute } from '../graph/attribute.ts';
import {
  addDims,
  atLeast,
  ceilDivide,
  type Dim,
  multiplyDims,
  notNegative,
  opaque,
  sameDim,
  subtractDims,
  sumOf,
  textOf,
} from './dimension.ts';
import { constantOf, type Operands, positiveAxis, type Shape, type ShapeRule } from './facts.ts';

type Result = readonly (Shape | undefined)[];

export const selectionRules: Readonly<Record<string, ShapeRule>> = {
  Concat: concat,
  Split: split,
  Slice: slice,
  Gather: gather,
  GatherElements: ({ inputs }) => [inputs[1]?.shape],
  GatherND: gatherNd,
  Pad: pad,
  OneHot: oneHot,
  TopK: topK,
  NonZero: ({ inputs }) => [[inputs[0]?.shape ? Math.max(1, inputs[0].shape.length) : null, null]],
  NonMaxSuppression: () => [[null, 3]],
  Compress: compress,
  Unique: unique,
  CenterCropPad: centerCropPad,
};

function concat({ node, inputs }: Operands): Result {
  const shapes = node.input.map((_, at) => inputs[at]?.shape);
  const first = shapes.find((shape) => shape !== undefined);
  const axis = first && positiveAxis(intAttribute(node, 'axis', 1), first.length);
  if (!first || axis === undefined) return [];
  return [
    first.map((_, at) => {
      const sizes = shapes.map((shape) => shape?.[at] ?? null);
      return at === axis ? sumOf(sizes) : agreed(sizes);
    }),
  ];
}

/** The size that all have, where a run demands that they have the same. */
const agreed = (sizes: readonly Dim[]): Dim =>
  sizes.find((size) => typeof size === 'number') ?? sizes.find((size) => size !== null) ?? null;

function split(operands: Operands): Result {
  const { node, inputs } = operands;
  const x = inputs[0]?.shape;
  const axis = x && positiveAxis(intAttribute(node, 'axis', 0), x.length);
  if (!x || axis === undefined) return [];
  const parts = intsAttribute(node, 'split') ?? inputs[1]?.elements;
  return node.output.map((_, at) => {
    const even = node.input[1] ? null : evenPart(x[axis]!, node.output.length, at);
    return x.with(axis, parts?.[at] ?? even);
  });
}

/** Split-18: all parts the same but the last, which may be smaller. */
function evenPart(size: Dim, parts: number, at: number): Dim {
  const even = size === null ? null : ceilDivide(size, parts);
  if (at < parts - 1) return even;
  return notNegative(subtractDims(size, multiplyDims(even, parts - 1)));
}

/** Starts, ends, axes and steps: attributes before opset 10, inputs since. */
export function sliceRange(operands: Operands, rank: number) {
  const { node, inputs } = operands;
  const starts: Shape | undefined = intsAttribute(node, 'starts') ?? inputs[1]?.elements;
  const ends: Shape | undefined = intsAttribute(node, 'ends') ?? inputs[2]?.elements;
  const axes =
    intsAttribute(node, 'axes') ??
    (node.input[3] ? constantOf(operands, 3) : starts?.map((_, at) => at));
  const steps = node.input[4] ? constantOf(operands, 4) : starts?.map(() => 1);
  if (!axes || (node.input[4] && !steps)) return undefined;
  return axes.map((axis, at) => ({
    axis: positiveAxis(axis, rank) ?? -1,
    start: starts?.[at] ?? null,
    end: ends?.[at] ?? null,
    step: Math.min(Math.max(steps?.[at] ?? 1, -farEnd), farEnd),
  }));
}

/** First index, step and count of one sliced axis (Slice-13's clamping). */
export function sliceIndices(size: number, start: number, end: number, step: number) {
  const clamp = (at: number, low: number, high: number) =>
    Math.min(Math.max(at < 0 ? at + size : at, low), high);
  const first = step > 0 ? clamp(start, 0, size) : clamp(start, 0, size - 1);
  const stop = step > 0 ? clamp(end, 0, size) : clamp(end, -1, size - 1);
  return { first, step, count: Math.max(0, Math.ceil((stop - first) / step)) };
}

function slice(operands: Operands): Result {
  const x = operands.inputs[0]?.shape;
  if (!x) return [];
  const ranges = sliceRange(operands, x.length);
  if (!ranges) return [cutUnknown(x, operands)];
  const sizes = [...x];
  for (const { axis, start, end, step } of ranges) {
    const size = x[axis];
    if (size === undefined || step === 0) return [];
    sizes[axis] = sliced(size, start, end, step);
  }
  return [sizes];
}

/** Ends from here on mean "to the end". */
const farEnd = 2 ** 31 - 1;

/** The size of a slice, where something of it may be a symbol. */
function sliced(size: Dim, start: Dim, end: Dim, step: number): Dim {
  if (size === null || start === null || end === null) return null;
  if (typeof size === 'number' && typeof start === 'number' && typeof end === 'number')
    return sliceIndices(size, start, end, step).count;
  const other = opaque('slice', textOf(size), textOf(start), textOf(end), String(step));
  if (step !== 1 || typeof start !== 'number') return other;
  const least = atLeast(size) ?? 0;
  const isWhole = (typeof end === 'number' && end >= farEnd) || sameDim(end, size);
  if (start < 0) return isWhole && least >= -start ? -start : other;
  if (isWhole && start === 0) return size;
  if (isWhole) return least >= start ? subtractDims(size, start) : other;
  if (typeof end !== 'number') return other;
  if (end >= 0) return least >= end ? Math.max(0, end - start) : other;
  return least >= start - end ? addDims(size, end - start) : other;
}

const cutUnknown = (x: Shape, operands: Operands): Shape => {
  const axes = constantOf(operands, 3);
  if (!axes) return x.map(() => null);
  const cut = new Set(axes.map((axis) => positiveAxis(axis, x.length)));
  return x.map((size, at) => (cut.has(at) ? null : size));
};

function gather({ node, inputs }: Operands): Result {
  const x = inputs[0]?.shape;
  const indices = inputs[1]?.shape;
  const axis = x && positiveAxis(intAttribute(node, 'axis', 0), x.length);
  if (!x || !indices || axis === undefined) return [];
  return [[...x.slice(0, axis), ...indices, ...x.slice(axis + 1)]];
}

function gatherNd({ node, inputs }: Operands): Result {
  const x = inputs[0]?.shape;
  const indices = inputs[1]?.shape;
  const depth = indices?.[indices.length - 1];
  if (!x || !indices || typeof depth !== 'number') return [];
  return [[...indices.slice(0, -1), ...x.slice(intAttribute(node, 'batch_dims', 0) + depth)]];
}

function pad(operands: Operands): Result {
  const { node, inputs } = operands;
  const x = inputs[0]?.shape;
  const pads: Shape | undefined =
    intsAttribute(node, 'pads') ?? intsAttribute(node, 'paddings') ?? inputs[1]?.elements;
  const axes = node.input[3] ? constantOf(operands, 3) : x?.map((_, at) => at);
  if (!x || !pads || !axes) return [x?.map(() => null)];
  const sizes = [...x];
  for (const [at, axis] of axes.entries()) {
    const position = positiveAxis(axis, x.length);
    if (position === undefined) return [];
    const both = addDims(pads[at] ?? null, pads[at + axes.length] ?? null);
    sizes[position] = addDims(x[position]!, both);
  }
  return [sizes];
}

function oneHot({ node, inputs }: Operands): Result {
  const indices = inputs[0]?.shape;
  const axis = indices && positiveAxis(intAttribute(node, 'axis', -1), indices.length + 1);
  if (!indices || axis === undefined) return [];
  return [indices.toSpliced(axis, 0, inputs[1]?.elements?.[0] ?? null)];
}

function topK({ node, inputs }: Operands): Result {
  const x = inputs[0]?.shape;
  const axis = x && positiveAxis(intAttribute(node, 'axis', -1), x.length);
  if (!x || axis === undefined) return [];
  const shape = x.with(axis, intAttribute(node, 'k') ?? inputs[1]?.elements?.[0] ?? null);
  return [shape, shape];
}

function compress({ node, inputs }: Operands): Result {
  const x = inputs[0]?.shape;
  const axis = intAttribute(node, 'axis');
  if (axis === undefined) return [[null]];
  const position = x && positiveAxis(axis, x.length);
  return [position === undefined ? undefined : x?.with(position, null)];
}

/** Y, and for each of its elements where it was first; for each of X where it went; counts. */
function unique({ node, inputs }: Operands): Result {
  const x = inputs[0]?.shape;
  const axis =
    attribute(node, 'axis') && x && positiveAxis(intAttribute(node, 'axis', 0), x.length);
  const y = axis === undefined ? [null] : x?.with(axis, null);
  return [y, [null], [axis === undefined ? null : x![axis]!], [null]];
}

function centerCropPad(operands: Operands): Result {
  const x = operands.inputs[0]?.shape;
  const sizes = operands.inputs[1]?.elements;
  const axes = intsAttribute(operands.node, 'axes') ?? x?.map((_, at) => at);
  if (!x || !axes) return [];
  const result = [...x];
  for (const [at, axis] of axes.entries())
    result[positiveAxis(axis, x.length) ?? x.length] = sizes?.[at] ?? null;
  return [result.slice(0, x.length)];
}
