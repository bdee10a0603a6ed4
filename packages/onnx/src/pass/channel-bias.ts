import { floatAttribute } from '../graph/attribute.ts';
import { floatValues, tensorShape } from '../tensor/values.ts';
import type { NodeProto, TensorProto } from '../wire/messages.ts';

/**
 * A stored bias of Conv, ConvTranspose or Gemm as a number for each output channel, Gemm's beta
 * applied. Gemm broadcasts its C to `[M, N]` (ONNX Operators, Gemm): a column `[M, 1]` adds a number
 * to each row of the data, not to each channel, also where M happens to be N.
 *
 * @returns `undefined` where it is none.
 */
export function channelBias(
  node: NodeProto,
  tensor: TensorProto,
  channels: number,
): Float64Array | undefined {
  const isGemm = node.opType === 'Gemm';
  const beta = isGemm ? floatAttribute(node, 'beta', 1) : 1;
  const values = floatValues(tensor);
  if (isGemm && values.length === 1) return new Float64Array(channels).fill(values[0]! * beta);
  if (values.length !== channels || tensorShape(tensor).at(-1) !== channels) return undefined;
  return Float64Array.from(values, (value) => value * beta);
}
