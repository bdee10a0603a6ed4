import { intAttribute, intsAttribute } from '../../graph/attribute.ts';
import type { MeanRequest } from '../calibrate/index.ts';
import type { ChannelWeights } from './channel-weights.ts';
import { channelOf, type WeightedLayer } from './weighted-layer.ts';

/** The value whose means say what rounding a layer's weights does to the mean of its output. */
export function meanRequest({ node }: WeightedLayer): MeanRequest {
  const isConvolution = node.opType === 'Conv' || node.opType === 'ConvTranspose';
  return { value: node.input[0]!, axis: isConvolution ? 1 : -1 };
}

/**
 * The bias that gives a layer's output the mean it had before its weights were rounded:
 * b − (W′ − W)·E[x] (Nagel et al. 2019, arXiv:1906.04721, section 4.2, with E[x] measured).
 * Padding is taken as if it had the input's mean. `undefined` where the means do not fit the layer.
 */
export function correctedBias(
  layer: WeightedLayer,
  weights: Float32Array,
  { values, scales }: ChannelWeights,
  means: Float64Array,
): Float32Array | undefined {
  const map = channelMap(layer, means.length);
  if (!map) return undefined;
  const bias = Float64Array.from({ length: map.outputs }, (_, at) => layer.bias?.[at] ?? 0);
  for (let from = 0; from < values.length; from += map.taps) {
    const scale = scales[channelOf(layer, from)]!;
    let error = 0;
    for (let at = from; at < from + map.taps; at++) error += values[at]! * scale - weights[at]!;
    bias[map.outputOf(from)]! -= error * means[map.inputOf(from)]! * map.share;
  }
  return Float32Array.from(bias);
}

interface ChannelMap {
  readonly outputs: number;
  /** Weights in a row that read the same channel and add to the same. */
  readonly taps: number;
  /** Part of an output's positions that a weight reaches: a stride of ConvTranspose skips some. */
  readonly share: number;
  inputOf(index: number): number;
  outputOf(index: number): number;
}

/** Which input channel a weight reads, and which output channel it adds to (ONNX Operators). */
function channelMap(
  { node, dims, channels }: WeightedLayer,
  inputs: number,
): ChannelMap | undefined {
  const [first = 1, second = 1, ...kernel] = dims;
  const taps = kernel.reduce((product, size) => product * size, 1);
  const groups = intAttribute(node, 'group', 1);
  if (node.opType === 'Conv') {
    if (second * groups !== inputs) return undefined;
    const perGroup = first / groups;
    const outputOf = (index: number) => Math.floor(index / (second * taps));
    const inputOf = (index: number) =>
      Math.floor(outputOf(index) / perGroup) * second + (Math.floor(index / taps) % second);
    return { outputs: channels, taps, share: 1, inputOf, outputOf };
  }
  if (node.opType === 'ConvTranspose') {
    if (first !== inputs) return undefined;
    const inputOf = (index: number) => Math.floor(index / (second * taps));
    const outputOf = (index: number) =>
      Math.floor(inputOf(index) / (first / groups)) * second + (Math.floor(index / taps) % second);
    const strides = intsAttribute(node, 'strides') ?? [];
    const share = 1 / strides.reduce((product, stride) => product * stride, 1);
    return { outputs: second * groups, taps, share, inputOf, outputOf };
  }
  if (node.opType !== 'Gemm') return undefined;
  const isFlipped = intAttribute(node, 'transB', 0) === 1;
  if ((isFlipped ? second : first) !== inputs) return undefined;
  const rowOf = (index: number) => Math.floor(index / second);
  const columnOf = (index: number) => index % second;
  return {
    outputs: channels,
    taps: 1,
    share: 1,
    inputOf: isFlipped ? columnOf : rowOf,
    outputOf: isFlipped ? rowOf : columnOf,
  };
}
