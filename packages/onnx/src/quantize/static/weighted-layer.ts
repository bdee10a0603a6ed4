import { floatAttribute, intAttribute } from '../../graph/attribute.ts';
import type { Scope } from '../../graph/walk.ts';
import { channelBias } from '../../pass/channel-bias.ts';
import { findConstant } from '../../pass/constants.ts';
import { dataTypes } from '../../tensor/data-type.ts';
import { isAllFinite } from '../../tensor/finite.ts';
import { elementCount, floatValues, tensorShape } from '../../tensor/values.ts';
import type { NodeProto, TensorProto } from '../../wire/messages.ts';
import { whyNoLayer } from './roles.ts';

/** A layer with stored weights, in the form in which they are quantised. */
export interface WeightedLayer {
  readonly node: NodeProto;
  readonly weightName: string;
  /** As it is stored: what is made of it stands where it does. */
  readonly source: TensorProto;
  /**
   * Row-major in `dims`, `factor` applied: read when asked for, so that the layers of a graph do not
   * hold all of them at once.
   */
  weights(): Float32Array;
  /** Gemm's alpha; else 1. */
  readonly factor: number;
  readonly dims: readonly number[];
  /** Axis of `dims` along which each index has a scale of its own; `undefined`: one for all. */
  readonly axis: number | undefined;
  /** Sizes of what lies inside one index of that axis, and how many indices there are. */
  readonly inner: number;
  readonly channels: number;
  readonly biasName?: string;
  /** Per output channel, Gemm's beta applied. */
  readonly bias?: Float32Array;
  /** Groups of a ConvTranspose: each repeats the channels of the weights. 1 elsewhere. */
  readonly group: number;
}

/**
 * Reads a layer (see roles.ts); a reason where it cannot be quantised; `undefined` where its weights
 * are computed and it is a product of two values.
 */
export function readWeightedLayer(
  node: NodeProto,
  scope: Scope,
): WeightedLayer | string | undefined {
  const refusal = whyNoLayer(node);
  if (refusal !== undefined) return refusal;
  const weightName = node.input[1] ?? '';
  const constant = findConstant(scope, weightName);
  if (!constant) {
    if (node.opType === 'MatMul') return undefined;
    return `its weights ${weightName} are computed`;
  }
  if ('reason' in constant) return constant.reason;
  if (constant.tensor.dataType !== dataTypes.float32)
    return `its weights ${weightName} are not float32`;
  const dims = tensorShape(constant.tensor);
  const factor = node.opType === 'Gemm' ? floatAttribute(node, 'alpha', 1) : 1;
  const { tensor } = constant;
  if (elementCount(tensor) === 0) return `its weights ${weightName} are empty`;
  if (!isAllFinite(tensor)) return `its weights ${weightName} are not all finite`;
  const weights = () => {
    const stored = floatValues(tensor);
    return factor === 1 ? stored : stored.map((value) => value * factor);
  };
  const axis = channelAxis(node, dims);
  const channels = axis === undefined ? 1 : dims[axis]!;
  const inner = dims.slice((axis ?? -1) + 1).reduce((product, size) => product * size, 1);
  const group = node.opType === 'ConvTranspose' ? intAttribute(node, 'group', 1) : 1;
  const layer = {
    ...{ node, weightName, source: tensor, weights, factor },
    ...{ dims, axis, inner, channels, group },
  };
  const bias = readBias(node, scope, channels * group);
  return typeof bias === 'string' ? bias : { ...layer, ...bias };
}

/** Which channel a weight belongs to. */
export const channelOf = ({ axis, inner, channels }: WeightedLayer, index: number): number =>
  axis === undefined ? 0 : Math.floor(index / inner) % channels;

/** Where the output channels stand in the weights (ONNX Operators: Conv, ConvTranspose, Gemm, MatMul). */
function channelAxis(node: NodeProto, dims: readonly number[]): number | undefined {
  if (node.opType === 'Conv') return 0;
  if (node.opType === 'ConvTranspose') return 1;
  if (node.opType === 'Gemm') return intAttribute(node, 'transB', 0) === 1 ? 0 : 1;
  // Of stacked matrices a scale per column would have to be the same for all of the stack.
  return dims.length === 2 ? 1 : undefined;
}

function readBias(
  node: NodeProto,
  scope: Scope,
  channels: number,
): Pick<WeightedLayer, 'bias' | 'biasName'> | string {
  const name = node.opType === 'MatMul' ? undefined : node.input[2];
  const beta = node.opType === 'Gemm' ? floatAttribute(node, 'beta', 1) : 1;
  if (!name || beta === 0) return {};
  const constant = findConstant(scope, name);
  if (!constant) return `its bias ${name} is computed`;
  if ('reason' in constant) return constant.reason;
  if (constant.tensor.dataType !== dataTypes.float32) return `its bias ${name} is not float32`;
  const bias = channelBias(node, constant.tensor, channels);
  if (!bias) return `its bias ${name} is no value per output channel`;
  if (!bias.every(Number.isFinite)) return `its bias ${name} is not all finite`;
  return { biasName: name, bias: Float32Array.from(bias) };
}
