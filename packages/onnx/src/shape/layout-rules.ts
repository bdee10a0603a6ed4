/** Shapes of operators that move, cut, join or make elements. */
import { attribute, intAttribute, intsAttribute, textAttribute } from '../graph/attribute.ts';
import {
  broadcast,
  countOf,
  isKnown,
  type Operands,
  positiveAxis,
  type Shape,
  type ShapeRule,
} from './facts.ts';

type Result = readonly (Shape | undefined)[];

export const layoutRules: Readonly<Record<string, ShapeRule>> = {
  Shape: shapeOf,
  Size: () => [[]],
  Reshape: reshape,
  Flatten: flatten,
  Transpose: transpose,
  Squeeze: squeeze,
  Unsqueeze: unsqueeze,
  Concat: concat,
  Split: split,
  Slice: slice,
  Gather: gather,
  GatherElements: ({ inputs }) => [inputs[1]?.shape],
  GatherND: gatherNd,
  Pad: pad,
  Expand: ({ inputs }) => [broadcast([inputs[0]?.shape, inputs[1]?.constant])],
  Tile: tile,
  ConstantOfShape: ({ inputs }) => [inputs[0]?.constant ?? unknownOfRank(inputs[0]?.shape)],
  Range: range,
  OneHot: oneHot,
  TopK: topK,
  NonZero: ({ inputs }) => [inputs[0]?.shape && [Math.max(1, inputs[0].shape.length), null]],
  DepthToSpace: (op) => [blocks(op, (block) => [1 / block ** 2, block, block])],
  SpaceToDepth: (op) => [blocks(op, (block) => [block ** 2, 1 / block, 1 / block])],
  Resize: resize,
  Upsample: ({ node, inputs }) => [
    scaled(inputs[0]?.shape, floats(node, 'scales') ?? inputs[1]?.constant),
  ],
  RandomNormal: ({ node }) => [intsAttribute(node, 'shape')],
  RandomUniform: ({ node }) => [intsAttribute(node, 'shape')],
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
  const target = inputs[1]?.constant ?? intsAttribute(node, 'shape');
  if (!target) return [unknownOfRank(inputs[1]?.shape)];
  const keepZero = intAttribute(node, 'allowzero', 0) === 1;
  const sizes = target.map((size, at) => (size === 0 && !keepZero ? (x?.[at] ?? null) : size));
  if (!sizes.includes(-1)) return [sizes];
  // Sizes that are copied cancel out, so that a free dimension does not hide the inferred one.
  const copied = (at: number) => target[at] === 0 && !keepZero;
  const from = x && countOf(x.filter((_, at) => !(at < target.length && copied(at))));
  const rest = countOf(sizes.filter((size, at) => size !== -1 && !copied(at)));
  const inferred = from === undefined || !rest ? null : from / rest;
  return [sizes.map((size) => (size === -1 ? inferred : size))];
}

function flatten({ node, inputs }: Operands): Result {
  const x = inputs[0]?.shape;
  if (!x) return [[null, null]];
  const axis = intAttribute(node, 'axis', 1);
  const cut = axis < 0 ? axis + x.length : axis;
  return [[countOf(x.slice(0, cut)) ?? null, countOf(x.slice(cut)) ?? null]];
}

function transpose({ node, inputs }: Operands): Result {
  const x = inputs[0]?.shape;
  if (!x) return [];
  const order = intsAttribute(node, 'perm') ?? x.map((_, at) => x.length - 1 - at);
  return [order.map((at) => x[at] ?? null)];
}

function squeeze({ node, inputs }: Operands): Result {
  const x = inputs[0]?.shape;
  if (!x) return [];
  const axes = intsAttribute(node, 'axes') ?? inputs[1]?.constant;
  if (!axes) return [node.input[1] || !isKnown(x) ? undefined : x.filter((size) => size !== 1)];
  const gone = new Set(axes.map((axis) => positiveAxis(axis, x.length)));
  return [x.filter((_, at) => !gone.has(at))];
}

function unsqueeze({ node, inputs }: Operands): Result {
  const x = inputs[0]?.shape;
  const axes = intsAttribute(node, 'axes') ?? inputs[1]?.constant;
  if (!x || !axes) return [];
  const rank = x.length + axes.length;
  const added = new Set(axes.map((axis) => positiveAxis(axis, rank)));
  const rest = [...x];
  return [Array.from({ length: rank }, (_, at) => (added.has(at) ? 1 : (rest.shift() ?? null)))];
}

function concat({ node, inputs }: Operands): Result {
  const shapes = node.input.map((_, at) => inputs[at]?.shape);
  const first = shapes.find((shape) => shape !== undefined);
  const axis = first && positiveAxis(intAttribute(node, 'axis', 1), first.length);
  if (!first || axis === undefined) return [];
  return [
    first.map((_, at) => {
      const sizes = shapes.map((shape) => shape?.[at] ?? null);
      if (at !== axis) return sizes.find((size) => size !== null) ?? null;
      return sizes.includes(null) ? null : sizes.reduce<number>((sum, size) => sum + size!, 0);
    }),
  ];
}

function split({ node, inputs }: Operands): Result {
  const x = inputs[0]?.shape;
  const axis = x && positiveAxis(intAttribute(node, 'axis', 0), x.length);
  if (!x || axis === undefined) return [];
  const parts = intsAttribute(node, 'split') ?? inputs[1]?.constant;
  const size = x[axis]!;
  const even = size === null ? null : Math.ceil(size / node.output.length);
  return node.output.map((_, at) => {
    const last =
      at === node.output.length - 1 && size !== null && even !== null ? size - even * at : even;
    const part = node.input[1] && !parts ? null : (parts?.[at] ?? last);
    return x.map((other, position) => (position === axis ? part : other));
  });
}

/** Starts, ends, axes and steps: attributes before opset 10, inputs since. */
export function sliceRange({ node, inputs }: Operands, rank: number) {
  const starts = intsAttribute(node, 'starts') ?? inputs[1]?.constant;
  const ends = intsAttribute(node, 'ends') ?? inputs[2]?.constant;
  const axes =
    intsAttribute(node, 'axes') ??
    (node.input[3] ? inputs[3]?.constant : starts?.map((_, at) => at));
  const steps = node.input[4] ? inputs[4]?.constant : starts?.map(() => 1);
  if (!starts || !ends || !axes || !steps) return undefined;
  return starts.map((start, at) => ({
    axis: positiveAxis(axes[at] ?? at, rank) ?? -1,
    start,
    end: ends[at] ?? 0,
    step: steps[at] ?? 1,
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

function slice(op: Operands): Result {
  const x = op.inputs[0]?.shape;
  if (!x) return [];
  const ranges = sliceRange(op, x.length);
  if (!ranges)
    return [op.inputs[3]?.constant ? cutUnknown(x, op.inputs[3].constant) : x.map(() => null)];
  const sizes = [...x];
  for (const { axis, start, end, step } of ranges) {
    const size = x[axis];
    if (size === undefined || step === 0) return [];
    sizes[axis] = size === null ? null : sliceIndices(size, start, end, step).count;
  }
  return [sizes];
}

const cutUnknown = (x: Shape, axes: readonly number[]): Shape => {
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
  if (!x || !indices || depth === undefined || depth === null) return [];
  return [[...indices.slice(0, -1), ...x.slice(intAttribute(node, 'batch_dims', 0) + depth)]];
}

function pad({ node, inputs }: Operands): Result {
  const x = inputs[0]?.shape;
  const pads =
    intsAttribute(node, 'pads') ?? intsAttribute(node, 'paddings') ?? inputs[1]?.constant;
  if (!x || !pads) return [x?.map(() => null)];
  const axes = node.input[3] ? inputs[3]?.constant : x.map((_, at) => at);
  if (!axes) return [x.map(() => null)];
  const sizes = [...x];
  for (const [at, axis] of axes.entries()) {
    const position = positiveAxis(axis, x.length);
    const size = position === undefined ? null : x[position]!;
    if (position !== undefined && size !== null) {
      sizes[position] = size + (pads[at] ?? 0) + (pads[at + axes.length] ?? 0);
    }
  }
  return [sizes];
}

function tile({ inputs }: Operands): Result {
  const x = inputs[0]?.shape;
  const repeats = inputs[1]?.constant;
  return [
    x?.map((size, at) =>
      size === null || repeats?.[at] === undefined ? null : size * repeats[at],
    ),
  ];
}

function range({ inputs }: Operands): Result {
  const [start, limit, delta] = [0, 1, 2].map((at) => inputs[at]?.constant?.[0]);
  if (start === undefined || limit === undefined || !delta) return [[null]];
  return [[Math.max(0, Math.ceil((limit - start) / delta))]];
}

function oneHot({ node, inputs }: Operands): Result {
  const indices = inputs[0]?.shape;
  if (!indices) return [];
  const axis = positiveAxis(intAttribute(node, 'axis', -1), indices.length + 1);
  return [
    axis === undefined ? undefined : indices.toSpliced(axis, 0, inputs[1]?.constant?.[0] ?? null),
  ];
}

function topK({ node, inputs }: Operands): Result {
  const x = inputs[0]?.shape;
  const axis = x && positiveAxis(intAttribute(node, 'axis', -1), x.length);
  if (!x || axis === undefined) return [];
  const k = intAttribute(node, 'k') ?? inputs[1]?.constant?.[0] ?? null;
  const shape = x.with(axis, k);
  return [shape, shape];
}

function blocks(
  { node, inputs }: Operands,
  factors: (block: number) => number[],
): Shape | undefined {
  const x = inputs[0]?.shape;
  const scale = factors(intAttribute(node, 'blocksize', 1));
  if (x?.length !== 4) return undefined;
  return [
    x[0]!,
    ...x.slice(1).map((size, at) => (size === null ? null : Math.round(size * scale[at]!))),
  ];
}

function resize({ node, inputs, opset }: Operands): Result {
  const x = inputs[0]?.shape;
  if (!x || textAttribute(node, 'keep_aspect_ratio_policy', 'stretch') !== 'stretch') return [];
  const scales = inputs[opset < 11 ? 1 : 2]?.constant;
  const sizes = inputs[3]?.constant;
  const axes = intsAttribute(node, 'axes') ?? x.map((_, at) => at);
  const spread = (values: readonly number[]) => {
    const full: (number | undefined)[] = x.map(() => undefined);
    for (const [at, axis] of axes.entries()) full[positiveAxis(axis, x.length) ?? 0] = values[at];
    return full;
  };
  if (sizes?.length) return [spread(sizes).map((size, at) => size ?? x[at]!)];
  if (!scales?.length) return [x.map(() => null)];
  return [
    scaled(
      x,
      spread(scales).map((scale) => scale ?? 1),
    ),
  ];
}

function scaled(x: Shape | undefined, scales: readonly number[] | undefined): Shape | undefined {
  return x?.map((size, at) =>
    size === null || scales?.[at] === undefined ? null : Math.floor(size * scales[at]),
  );
}

const floats = (node: Operands['node'], name: string): readonly number[] | undefined =>
  attribute(node, name)?.floats;

/** A shape of as many unknown sizes as a shape tensor has elements. */
function unknownOfRank(shapeTensor: Shape | undefined): Shape | undefined {
  const rank = shapeTensor?.[0];
  return rank === undefined || rank === null ? undefined : Array.from({ length: rank }, () => null);
}
