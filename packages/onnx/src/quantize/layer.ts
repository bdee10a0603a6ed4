import { floatAttribute, intAttribute, isDefaultDomain } from '../graph/attribute.ts';
import type { Scope } from '../graph/walk.ts';
import { channelBias } from '../pass/channel-bias.ts';
import { findConstant } from '../pass/constants.ts';
import { dataTypes } from '../tensor/data-type.ts';
import { isAllFinite } from '../tensor/finite.ts';
import { floatValues, tensorShape } from '../tensor/values.ts';
import type { NodeProto, TensorProto } from '../wire/messages.ts';
import { transposed } from './weights.ts';

/** A layer that has an integer form, with what that form needs. */
export interface Layer {
  readonly kind: 'MatMul' | 'Conv';
  readonly node: NodeProto;
  /** Name of the stored weights, and of the stored bias if there is one. */
  readonly weightName: string;
  readonly biasName?: string;
  /**
   * Weights as the integer operator wants them, `[K, N]` or `[M, C, …kernel]`: made when asked for,
   * so that the layers of a graph do not hold all of them at once.
   */
  weights(): Float32Array;
  readonly dims: readonly number[];
  /** Output channels, and which one a weight belongs to. */
  readonly channels: number;
  channelOf(index: number): number;
  /** Factor on the product (Gemm's alpha). */
  readonly factor: number;
  /** Bias per output channel, beta applied. */
  readonly bias?: Float32Array;
  /** A bias that is computed, or of another shape: added as it is. */
  readonly addend?: string;
}

/** Operators with weights that this pass never quantises, and why. */
const never: Readonly<Record<string, string>> = {
  ConvTranspose: 'ONNX has no integer form of it',
  GRU: 'ONNX has no integer form of it',
  RNN: 'ONNX has no integer form of it',
};

export interface LayerOptions {
  /** Layers with fewer weights stay float32. */
  readonly minWeights: number;
  readonly keepNodes: readonly string[];
}

/** Reads a node as a layer; a reason if it has weights and stays; `undefined` if it has none. */
export function readLayer(
  node: NodeProto,
  scope: Scope,
  options: LayerOptions,
): Layer | string | undefined {
  if (!isDefaultDomain(node.domain)) return undefined;
  const op = node.opType ?? '';
  if (Object.hasOwn(never, op)) return never[op];
  if (op !== 'MatMul' && op !== 'Gemm' && op !== 'Conv') return undefined;
  if (!node.input[0] || !node.output[0]) return 'it has no input or no output';
  if (options.keepNodes.some((kept) => kept === node.name || kept === node.output[0]))
    return 'asked for';
  const weightName = node.input[1] ?? '';
  const constant = findConstant(scope, weightName);
  if (!constant) return op === 'MatMul' ? undefined : `its weights ${weightName} are computed`;
  if ('reason' in constant) return constant.reason;
  if (constant.tensor.dataType !== dataTypes.float32)
    return `its weights ${weightName} are not float32`;
  const refusal = refuse(node, constant.tensor, options);
  if (refusal) return refusal;
  const { tensor } = constant;
  const weights = () => floatValues(tensor);
  if (!isAllFinite(tensor)) return `its weights ${weightName} are not all finite`;
  const layer = { node, weightName, weights, dims: tensorShape(tensor) };
  if (op === 'MatMul') return columns({ ...layer, factor: 1 });
  return op === 'Gemm' ? readGemm(layer, scope) : readConv(layer, scope);
}

type Weights = Pick<Layer, 'node' | 'weightName' | 'weights' | 'dims'>;

function refuse(node: NodeProto, tensor: TensorProto, options: LayerOptions): string | undefined {
  const dims = tensorShape(tensor);
  const count = dims.reduce((product, size) => product * size, 1);
  if (node.opType === 'Conv') {
    const group = intAttribute(node, 'group', 1);
    if (group > 1)
      return `it has ${group} groups: one range for all channels would lose the small ones`;
    if (dims.length < 3) return `its weights have ${dims.length} dimensions`;
  } else if (dims.length !== 2) return `its weights have ${dims.length} dimensions, not 2`;
  if (count < options.minWeights)
    return `it has only ${count} weights: quantising costs more than it saves`;
  return undefined;
}

function columns(layer: Omit<Layer, 'kind' | 'channels' | 'channelOf'>): Layer {
  const channels = layer.dims[1]!;
  return { ...layer, kind: 'MatMul', channels, channelOf: (index) => index % channels };
}

/** Gemm as MatMul and Add: alpha goes into the scales, beta into the bias. */
function readGemm(layer: Weights, scope: Scope): Layer | string {
  const { node } = layer;
  if (intAttribute(node, 'transA', 0) === 1) return 'its data comes transposed';
  const [rows, cols] = layer.dims as [number, number];
  const flipped = intAttribute(node, 'transB', 0) === 1;
  const weights = flipped ? () => transposed(layer.weights(), rows, cols) : layer.weights;
  const dims = flipped ? [cols, rows] : [rows, cols];
  const rest = readBias(node, scope, dims[1]!);
  if (typeof rest === 'string') return rest;
  return columns({ ...layer, weights, dims, factor: floatAttribute(node, 'alpha', 1), ...rest });
}

function readConv(layer: Weights, scope: Scope): Layer | string {
  const channels = layer.dims[0]!;
  const perChannel = layer.dims.slice(1).reduce((product, size) => product * size, 1);
  const rest = readBias(layer.node, scope, channels);
  if (typeof rest === 'string') return rest;
  if (rest.addend) return `its bias ${rest.addend} is computed`;
  const channelOf = (index: number) => Math.floor(index / perChannel);
  return { ...layer, kind: 'Conv', channels, channelOf, factor: 1, ...rest };
}

type Bias = Pick<Layer, 'bias' | 'biasName' | 'addend'>;

function readBias(node: NodeProto, scope: Scope, channels: number): Bias | string {
  const [, , name] = node.input;
  const beta = node.opType === 'Gemm' ? floatAttribute(node, 'beta', 1) : 1;
  if (!name || beta === 0) return {};
  const constant = findConstant(scope, name);
  const bias = constant && 'tensor' in constant && channelBias(node, constant.tensor, channels);
  if (bias) return { biasName: name, bias: Float32Array.from(bias) };
  return beta === 1 ? { addend: name } : `its bias ${name} has a factor and is no vector`;
}
