import { floatAttribute, intAttribute, isDefaultDomain } from '../graph/attribute.ts';
import type { Scope } from '../graph/walk.ts';
import { findConstant } from '../pass/constants.ts';
import { floatValues, tensorShape } from '../tensor/values.ts';
import type { NodeProto, TensorProto } from '../wire/messages.ts';

/** `y = scale × x + shift`, a pair of numbers for each channel (axis 1). */
export interface ChannelAffine {
  readonly scale: Float64Array;
  readonly shift: Float64Array;
}

/**
 * What a node does to each channel of a value of a rank, where that is all it does: BatchNormalization
 * outside of training, or Mul, Add, Sub or Div by constants of one number a channel.
 */
export function channelAffine(
  node: NodeProto,
  value: string,
  rank: number,
  channels: number,
  scope: Scope,
): ChannelAffine | undefined {
  if (!isDefaultDomain(node.domain)) return undefined;
  if (node.opType === 'BatchNormalization') return normalisation(node, value, channels, scope);
  const steps = Object.hasOwn(arithmetic, node.opType ?? '') ? arithmetic[node.opType!] : undefined;
  if (!steps || node.attribute.length > 0 || node.input.length !== 2) return undefined;
  const at = node.input.indexOf(value);
  const other = constantFloats(scope, node.input[1 - at]);
  const each = at >= 0 && other ? perChannel(other, rank, channels) : undefined;
  return each && steps(each, at);
}

/** BatchNormalization-7 to 15: `(x - mean) / sqrt(variance + epsilon) × scale + bias`. */
function normalisation(
  node: NodeProto,
  value: string,
  channels: number,
  scope: Scope,
): ChannelAffine | undefined {
  if (node.input[0] !== value || node.output.slice(1).some((name) => name !== '')) return undefined;
  if (intAttribute(node, 'training_mode', 0) !== 0 || intAttribute(node, 'spatial', 1) !== 1)
    return undefined;
  const parts = [1, 2, 3, 4].map((at) => constantFloats(scope, node.input[at]));
  const [scale, bias, mean, variance] = parts.map((part) => part && floatValues(part));
  if (!scale || !bias || !mean || !variance) return undefined;
  if ([scale, bias, mean, variance].some(({ length }) => length !== channels)) return undefined;
  const epsilon = floatAttribute(node, 'epsilon', 1e-5);
  const scales = Float64Array.from(scale, (s, at) => s / Math.sqrt(variance[at]! + epsilon));
  const shifts = Float64Array.from(bias, (b, at) => b - mean[at]! * scales[at]!);
  return finite({ scale: scales, shift: shifts });
}

const arithmetic: Readonly<
  Record<string, (each: Float64Array, at: number) => ChannelAffine | undefined>
> = {
  Mul: (each) => finite({ scale: each, shift: each.map(() => 0) }),
  Add: (each) => finite({ scale: each.map(() => 1), shift: each }),
  Sub: (each, at) =>
    finite(
      at === 0
        ? { scale: each.map(() => 1), shift: each.map((value) => -value) }
        : { scale: each.map(() => -1), shift: each },
    ),
  Div: (each, at) =>
    at === 0
      ? finite({ scale: each.map((value) => 1 / value), shift: each.map(() => 0) })
      : undefined,
};

const finite = (affine: ChannelAffine): ChannelAffine | undefined =>
  [...affine.scale, ...affine.shift].every(Number.isFinite) ? affine : undefined;

/** One after the other, as one; undefined where a number would be too large. */
export const composed = (first: ChannelAffine, next: ChannelAffine): ChannelAffine | undefined =>
  finite({
    scale: first.scale.map((scale, at) => scale * next.scale[at]!),
    shift: first.shift.map((shift, at) => shift * next.scale[at]! + next.shift[at]!),
  });

/** A float32 constant. */
export function constantFloats(scope: Scope, name: string | undefined): TensorProto | undefined {
  const found = name ? findConstant(scope, name) : undefined;
  return found && 'tensor' in found && found.tensor.dataType === 1 ? found.tensor : undefined;
}

/** A constant as one number a channel, where broadcasting to that rank makes it so. */
function perChannel(tensor: TensorProto, rank: number, channels: number): Float64Array | undefined {
  const shape = tensorShape(tensor);
  const values = floatValues(tensor);
  if (shape.length > rank) return undefined;
  if (values.length === 1) return new Float64Array(channels).fill(values[0]!);
  const aligned = [...Array<number>(rank - shape.length).fill(1), ...shape];
  const isAlong = aligned.every((size, axis) => size === (axis === 1 ? channels : 1));
  return isAlong ? Float64Array.from(values) : undefined;
}
