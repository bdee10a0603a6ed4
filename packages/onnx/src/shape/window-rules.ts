/** Shapes of convolutions and poolings (ONNX Operators: Conv, ConvTranspose, MaxPool, AveragePool). */
import { intAttribute, intsAttribute, textAttribute } from '../graph/attribute.ts';
import type { NodeProto } from '../wire/messages.ts';
import {
  addDims,
  ceilDivide,
  type Dim,
  floorDivide,
  multiplyDims,
  productOf,
} from './dimension.ts';
import { constantOf, numbersOf, type Operands, type Shape, type ShapeRule } from './facts.ts';

type Result = readonly (Shape | undefined)[];

export const windowRules: Readonly<Record<string, ShapeRule>> = {
  Conv: (op) => convolution(op, 1),
  ConvInteger: (op) => convolution(op, 1),
  QLinearConv: (op) => convolution(op, 3),
  DeformConv: (op) => convolution(op, 1),
  'com.microsoft:FusedConv': (op) => convolution(op, 1),
  ConvTranspose: transposed,
  MaxPool: (op) => twice(pool(op)),
  AveragePool: (op) => [pool(op)],
  LpPool: (op) => [pool(op)],
  GlobalAveragePool: globalPool,
  GlobalMaxPool: globalPool,
  GlobalLpPool: globalPool,
  'com.microsoft:QLinearAveragePool': (op) => [pool(op)],
  'com.microsoft:QLinearGlobalAveragePool': quantizedGlobalPool,
  MaxUnpool: unpool,
  MaxRoiPool: ({ node, inputs }) => [regions(inputs, intsAttribute(node, 'pooled_shape'))],
  RoiAlign: ({ node, inputs }) => [
    regions(inputs, [
      intAttribute(node, 'output_height', 1),
      intAttribute(node, 'output_width', 1),
    ]),
  ],
  Col2Im: columnsToImage,
};

interface Window {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** Begins, then ends. */
  readonly pads: readonly number[];
  readonly autoPad: string;
}

function windowOf(node: NodeProto, kernel: readonly number[]): Window {
  const ones = kernel.map(() => 1);
  return {
    kernel,
    strides: intsAttribute(node, 'strides') ?? ones,
    dilations: intsAttribute(node, 'dilations') ?? ones,
    pads: intsAttribute(node, 'pads') ?? [...kernel, ...kernel].map(() => 0),
    autoPad: textAttribute(node, 'auto_pad', 'NOTSET'),
  };
}

function convolution({ node, inputs }: Operands, weightAt: number): Result {
  const x = inputs[0]?.shape;
  const weight = inputs[weightAt]?.shape;
  const kernel = intsAttribute(node, 'kernel_shape') ?? numbersOf(weight?.slice(2));
  if (!x || !weight || !kernel || x.length !== kernel.length + 2) return [];
  const window = windowOf(node, kernel);
  return [[x[0]!, weight[0]!, ...kernel.map((_, at) => slide(x[at + 2]!, window, at, false))]];
}

function pool({ node, inputs }: Operands): Shape | undefined {
  const x = inputs[0]?.shape;
  const kernel = intsAttribute(node, 'kernel_shape');
  if (!x || !kernel || x.length !== kernel.length + 2) return undefined;
  const window = windowOf(node, kernel);
  const ceil = intAttribute(node, 'ceil_mode', 0) === 1;
  return [x[0]!, x[1]!, ...kernel.map((_, at) => slide(x[at + 2]!, window, at, ceil))];
}

function slide(size: Dim, window: Window, at: number, ceil: boolean): Dim {
  if (size === null) return null;
  const stride = window.strides[at] ?? 1;
  if (window.autoPad.startsWith('SAME')) return ceilDivide(size, stride);
  const span = ((window.kernel[at] ?? 1) - 1) * (window.dilations[at] ?? 1) + 1;
  const begin = window.autoPad === 'VALID' ? 0 : (window.pads[at] ?? 0);
  const end = window.autoPad === 'VALID' ? 0 : (window.pads[at + window.kernel.length] ?? 0);
  const room = addDims(size, begin + end - span);
  const floor = addDims(floorDivide(room, stride), 1);
  if (!ceil || stride === 1) return typeof floor === 'number' ? Math.max(0, floor) : floor;
  if (typeof size !== 'number' || typeof room !== 'number') return null;
  // A window that would begin in the end padding does not count (MaxPool-22, ceil_mode).
  const count = Math.ceil(room / stride) + 1;
  return (count - 1) * stride >= size + begin ? count - 1 : count;
}

function transposed({ node, inputs }: Operands): Result {
  const x = inputs[0]?.shape;
  const weight = inputs[1]?.shape;
  const kernel = intsAttribute(node, 'kernel_shape') ?? numbersOf(weight?.slice(2));
  if (!x || !weight || !kernel || x.length !== kernel.length + 2) return [];
  const window = windowOf(node, kernel);
  const fixed = intsAttribute(node, 'output_shape');
  const extra = intsAttribute(node, 'output_padding') ?? [];
  const spatial = kernel.map((size, at): Dim => {
    const length = x[at + 2]!;
    if (fixed) return fixed[fixed.length - kernel.length + at] ?? null;
    const stride = window.strides[at] ?? 1;
    if (window.autoPad.startsWith('SAME')) return multiplyDims(length, stride);
    const span = (size - 1) * (window.dilations[at] ?? 1) + 1;
    const pad = (window.pads[at] ?? 0) + (window.pads[at + kernel.length] ?? 0);
    return addDims(multiplyDims(length, stride), (extra[at] ?? 0) + span - pad - stride);
  });
  return [[x[0]!, multiplyDims(weight[1] ?? null, intAttribute(node, 'group', 1)), ...spatial]];
}

function globalPool({ inputs }: Operands): Result {
  const x = inputs[0]?.shape;
  return [x?.map((size, at) => (at < 2 ? size : 1))];
}

function quantizedGlobalPool({ node, inputs }: Operands): Result {
  const x = inputs[0]?.shape;
  const isLast = intAttribute(node, 'channels_last', 0) === 1;
  const channel = isLast && x ? x.length - 1 : 1;
  return [x?.map((size, at) => (at === 0 || at === channel ? size : 1))];
}

/** The inverse of MaxPool's floor form, or what `output_shape` says. */
function unpool(operands: Operands): Result {
  const { node, inputs } = operands;
  const x = inputs[0]?.shape;
  if (node.input[2]) return [inputs[2]?.elements ?? x?.map(() => null)];
  const kernel = intsAttribute(node, 'kernel_shape');
  if (!x || !kernel || x.length !== kernel.length + 2) return [];
  const { strides, pads } = windowOf(node, kernel);
  const spatial = kernel.map((size, at) => {
    const pad = (pads[at] ?? 0) + (pads[at + kernel.length] ?? 0);
    const stride = strides[at] ?? 1;
    return addDims(multiplyDims(x[at + 2]!, stride), size - stride - pad);
  });
  return [[x[0]!, x[1]!, ...spatial]];
}

function regions(
  inputs: Operands['inputs'],
  sizes: readonly number[] | undefined,
): Shape | undefined {
  const x = inputs[0]?.shape;
  const rois = inputs[1]?.shape;
  return x && rois && sizes ? [rois[0] ?? null, x[1] ?? null, ...sizes] : undefined;
}

/** Col2Im-18: [N, C × block, L] and the image's sizes. */
function columnsToImage(operands: Operands): Result {
  const x = operands.inputs[0]?.shape;
  const image = operands.inputs[1]?.elements;
  const block = constantOf(operands, 2);
  if (!x || !image || !block) return [];
  return [[x[0] ?? null, divided(x[1] ?? null, productOf(block)), ...image]];
}

const divided = (size: Dim, by: Dim): Dim => (by === 0 ? null : floorDivide(size, by));

const twice = <T>(value: T): readonly T[] => [value, value];
