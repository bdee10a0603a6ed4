/** Shapes of convolutions and poolings (ONNX Operators: Conv, ConvTranspose, MaxPool, AveragePool). */
import { intAttribute, intsAttribute, textAttribute } from '../graph/attribute.ts';
import type { NodeProto } from '../wire/messages.ts';
import type { Operands, Shape, ShapeRule } from './facts.ts';

export const windowRules: Readonly<Record<string, ShapeRule>> = {
  Conv: (op) => convolution(op, 1),
  ConvInteger: (op) => convolution(op, 1),
  QLinearConv: (op) => convolution(op, 3),
  ConvTranspose: transposed,
  MaxPool: (op) => twice(pool(op)),
  AveragePool: (op) => [pool(op)],
  LpPool: (op) => [pool(op)],
  GlobalAveragePool: globalPool,
  GlobalMaxPool: globalPool,
  GlobalLpPool: globalPool,
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

function convolution({ node, inputs }: Operands, weightAt: number): readonly (Shape | undefined)[] {
  const x = inputs[0]?.shape;
  const weight = inputs[weightAt]?.shape;
  const kernel = intsAttribute(node, 'kernel_shape') ?? sizesFrom(weight, 2);
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

function slide(size: number | null, window: Window, at: number, ceil: boolean): number | null {
  if (size === null) return null;
  const stride = window.strides[at] ?? 1;
  if (window.autoPad.startsWith('SAME')) return Math.ceil(size / stride);
  const span = ((window.kernel[at] ?? 1) - 1) * (window.dilations[at] ?? 1) + 1;
  const begin = window.autoPad === 'VALID' ? 0 : (window.pads[at] ?? 0);
  const end = window.autoPad === 'VALID' ? 0 : (window.pads[at + window.kernel.length] ?? 0);
  const steps = (size + begin + end - span) / stride;
  if (!ceil) return Math.max(0, Math.floor(steps) + 1);
  // A window that would begin in the end padding does not count (MaxPool-22, ceil_mode).
  const count = Math.ceil(steps) + 1;
  return (count - 1) * stride >= size + begin ? count - 1 : count;
}

function transposed({ node, inputs }: Operands): readonly (Shape | undefined)[] {
  const x = inputs[0]?.shape;
  const weight = inputs[1]?.shape;
  const kernel = intsAttribute(node, 'kernel_shape') ?? sizesFrom(weight, 2);
  if (!x || !weight || !kernel || x.length !== kernel.length + 2) return [];
  const window = windowOf(node, kernel);
  const group = intAttribute(node, 'group', 1);
  const fixed = intsAttribute(node, 'output_shape');
  const extra = intsAttribute(node, 'output_padding') ?? [];
  const spatial = kernel.map((size, at) => {
    const length = x[at + 2]!;
    if (fixed) return fixed[fixed.length - kernel.length + at] ?? null;
    if (length === null) return null;
    const stride = window.strides[at] ?? 1;
    if (window.autoPad.startsWith('SAME')) return length * stride;
    const span = (size - 1) * (window.dilations[at] ?? 1) + 1;
    const pad = (window.pads[at] ?? 0) + (window.pads[at + kernel.length] ?? 0);
    return stride * (length - 1) + (extra[at] ?? 0) + span - pad;
  });
  const channels = weight[1] ?? null;
  return [[x[0]!, channels === null ? null : channels * group, ...spatial]];
}

function globalPool({ inputs }: Operands): readonly (Shape | undefined)[] {
  const x = inputs[0]?.shape;
  return [x?.map((size, at) => (at < 2 ? size : 1))];
}

function sizesFrom(shape: Shape | undefined, from: number): readonly number[] | undefined {
  const sizes = shape?.slice(from);
  return sizes?.every((size) => size !== null) ? (sizes as number[]) : undefined;
}

const twice = <T>(value: T): readonly T[] => [value, value];
