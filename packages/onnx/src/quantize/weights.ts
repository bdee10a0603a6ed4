/** Weights in 8 bits: `weights ≈ values × scales`, one scale per output channel, no zero point. */
export interface QuantizedWeights {
  readonly values: Int8Array;
  readonly scales: Float32Array;
}

/**
 * Quantises weights symmetrically, one scale per channel (Krishnamoorthi 2018, arXiv:1806.08342,
 * section 2): scale = max|w| / limit, value = round(w / scale).
 *
 * @param limit largest magnitude of a value: 127. Or 64 where products must not saturate: AVX2
 * without VNNI adds the products of two inputs, 0 and 1, 2 and 3, …, in 16 bits (vpmaddubsw in
 * MLAS's QgemmU8S8KernelAvx2, which packs B in fours of rows). Two weights of one sign must not exceed
 * 128 together (255 × 128 < 2^15); of two signs each may be 127. That is a finer scale than 64
 * for each, since the largest weights rarely stand side by side.
 * @param channels how many output channels there are, `channelOf(i)` which one element i is of; the
 * elements of a channel come in the order in which they are summed.
 */
export function quantizeWeights(
  weights: Float32Array,
  limit: 127 | 64,
  channels: number,
  channelOf: (index: number) => number,
): QuantizedWeights {
  const scales =
    limit === 64 ? reachOfPairs(weights, channels, channelOf) : new Float32Array(channels);
  // Indexed: an iterator makes a pair for each of what may be a hundred million weights.
  for (let at = 0; at < weights.length; at++) {
    const channel = channelOf(at);
    const magnitude = Math.abs(weights[at]!);
    if (magnitude > scales[channel]!) scales[channel] = magnitude;
  }
  for (let channel = 0; channel < channels; channel++) {
    // Of a pair each may be rounded up by a half: 127 and one.
    const scale = Math.fround(scales[channel]! / 127);
    scales[channel] = scale > 0 ? scale : 1;
  }
  const values = new Int8Array(weights.length);
  for (let at = 0; at < weights.length; at++) {
    const value = roundHalfEven(weights[at]! / scales[channelOf(at)]!);
    values[at] = Math.min(127, Math.max(-127, value));
  }
  return { values, scales };
}

/** By channel, the most that two weights reach together which are added in 16 bits. */
function reachOfPairs(
  weights: Float32Array,
  channels: number,
  channelOf: (index: number) => number,
): Float32Array {
  const reach = new Float32Array(channels);
  const first = new Float32Array(channels);
  const isSecond = new Uint8Array(channels);
  for (let at = 0; at < weights.length; at++) {
    const channel = channelOf(at);
    const weight = weights[at]!;
    if (isSecond[channel]! === 0) first[channel] = weight;
    else if (weight * first[channel]! > 0) {
      const both = Math.abs(weight + first[channel]!);
      if (both > reach[channel]!) reach[channel] = both;
    }
    isSecond[channel]! ^= 1;
  }
  return reach;
}

/** Swaps rows and columns, for a Gemm whose B comes transposed. */
export function transposed(weights: Float32Array, rows: number, columns: number): Float32Array {
  const result = new Float32Array(weights.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++)
      result[column * rows + row] = weights[row * columns + column]!;
  }
  return result;
}

/** As ONNX's QuantizeLinear rounds. */
function roundHalfEven(value: number): number {
  const rounded = Math.round(value);
  return Math.abs(value % 1) === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}
