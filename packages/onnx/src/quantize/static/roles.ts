import { attribute, intAttribute, isDefaultDomain, textAttribute } from '../../graph/attribute.ts';
import type { Scope } from '../../graph/walk.ts';
import { findConstant } from '../../pass/constants.ts';
import { floatValues, tensorValues } from '../../tensor/values.ts';
import type { NodeProto } from '../../wire/messages.ts';
import type { Range } from '../calibrate/index.ts';

/**
 * What an operator does to 8-bit values:
 * - `layer` multiplies with weights: what quantisation is for;
 * - `mover` gives out elements that came in, so input and output share a scale;
 * - `join` puts values side by side (Concat);
 * - `combine` computes from several values, each with a scale of its own;
 * - `map` computes from one value, the output with a scale of its own;
 * - `clamp` cuts a range off, which the quantiser behind it does anyway.
 */
export type Role = 'layer' | 'mover' | 'join' | 'combine' | 'map' | 'clamp';

const roles: Readonly<Record<string, Role>> = {
  ...named('layer', 'Conv', 'ConvTranspose', 'Gemm', 'MatMul'),
  ...named('mover', 'DepthToSpace', 'Expand', 'Flatten', 'Gather', 'GlobalMaxPool', 'Identity'),
  ...named('mover', 'MaxPool', 'Pad', 'ReduceMax', 'ReduceMin', 'Reshape', 'Resize', 'Slice'),
  ...named('mover', 'SpaceToDepth', 'Split', 'Squeeze', 'Tile', 'Transpose', 'Unsqueeze'),
  ...named('join', 'Concat'),
  ...named('combine', 'Add', 'Mul', 'PRelu', 'Sub'),
  ...named('map', 'AveragePool', 'Elu', 'GlobalAveragePool', 'HardSigmoid', 'HardSwish'),
  ...named('map', 'LeakyRelu', 'ReduceMean', 'Sigmoid', 'Tanh'),
  ...named('clamp', 'Clip', 'Relu'),
};

function named(role: Role, ...ops: string[]): Record<string, Role> {
  return Object.fromEntries(ops.map((op) => [op, role]));
}

/** The role of a node; `undefined` where it has none, or does something that its role does not allow. */
export function roleOf(node: NodeProto, scope: Scope): Role | undefined {
  if (!isDefaultDomain(node.domain)) return undefined;
  const op = node.opType ?? '';
  const role = Object.hasOwn(roles, op) ? roles[op] : undefined;
  if (!role || !node.input[0] || !node.output[0]) return undefined;
  // A square spreads its values over twice the bits; it is part of a decomposed operator.
  if (op === 'Mul' && node.input[0] === node.input[1]) return undefined;
  if (op === 'MaxPool' && node.output[1]) return undefined;
  if (op === 'Resize' && !keepsRange(node)) return undefined;
  if (op === 'Pad' && !padsWithin(node, scope)) return undefined;
  return role;
}

/** Cubic interpolation overshoots, and cropping may fill with any value. */
const keepsRange = (node: NodeProto): boolean =>
  textAttribute(node, 'mode', 'nearest') !== 'cubic' &&
  textAttribute(node, 'coordinate_transformation_mode', '') !== 'tf_crop_and_resize';

/** Zero is in every range; another constant may be outside. */
function padsWithin(node: NodeProto, scope: Scope): boolean {
  if (textAttribute(node, 'mode', 'constant') !== 'constant' || !node.input[2]) return true;
  const value = findConstant(scope, node.input[2]);
  if (!value || 'reason' in value) return false;
  return Array.from(tensorValues(value.tensor) as ArrayLike<unknown>, Number).every(
    (fill) => fill === 0,
  );
}

/** Inputs of a node that are data; the others are weights, shapes, axes and bounds. */
export function dataInputs(node: NodeProto, role: Role): readonly string[] {
  if (role === 'join' || role === 'combine') return node.input;
  return node.input.slice(0, role === 'layer' ? 2 : 1);
}

/**
 * The range of what an operator gives whatever it is given, where that is bounded. The step is a
 * power of two, as TFLite's and QNN's 8-bit Sigmoid and Tanh want it.
 */
export function fixedRange(node: NodeProto, bits: 8 | 16): Range | undefined {
  if (node.opType === 'Sigmoid' || node.opType === 'HardSigmoid')
    return { min: 0, max: 1 - 2 ** -bits };
  if (node.opType === 'Tanh') return { min: -1, max: 1 - 2 ** (1 - bits) };
  return undefined;
}

/** The bounds of a clamp where they are stored. */
export function clampBounds(node: NodeProto, scope: Scope): Range | undefined {
  if (node.opType === 'Relu') return { min: 0, max: Number.POSITIVE_INFINITY };
  const bound = (at: number, otherwise: number): number | undefined => {
    const name = node.input[at];
    if (!name) return otherwise;
    const constant = findConstant(scope, name);
    return constant && 'tensor' in constant ? floatValues(constant.tensor)[0] : undefined;
  };
  const min = bound(1, Number.NEGATIVE_INFINITY);
  const max = bound(2, Number.POSITIVE_INFINITY);
  const holdsZero = min !== undefined && max !== undefined && min <= 0 && max >= 0;
  return holdsZero ? { min, max } : undefined;
}

/** Whether a layer takes part as it is written; a reason where it does not. */
export function whyNoLayer(node: NodeProto): string | undefined {
  if (node.opType !== 'Gemm') return undefined;
  if (intAttribute(node, 'transA', 0) === 1) return 'its data comes transposed';
  return attribute(node, 'alpha')?.f === 0 ? 'its product is multiplied by zero' : undefined;
}
