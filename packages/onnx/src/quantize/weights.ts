/** Weights in 8 bits: `weights ≈ values × scales`, one scale per output channel, no zero point. */
export interface QuantizedWeights {
  readonly values: Int8Array;
  readonly scales: Float32Array;
}

/**
 * Quantises weights symmetrically, one scale per channel (Krishnamoorthi 2018, arXiv:1806.08342,
 * section 2): scale = max|w| / limit, value = round(w / scale).
 *
 * @param limit largest magnitude of a value: 127, or 64 where products must not saturate.
 * @param channels how many output channels there are, `channelOf(i)` which one element i is of.
 */
export function quantizeWeights(
  weights: Float32Array,
  limit: number,
  channels: number,
  channelOf: (index: number) => number,
): QuantizedWeights {
  const scales = new Float32Array(channels);
  // Indexed: an iterator makes a pair for each of what may be a hundred million weights.
  for (let at = 0; at < weights.length; at++) {
    const channel = channelOf(at);
    scales[channel] = Math.max(scales[channel]!, Math.abs(weights[at]!));
  }
  for (let channel = 0; channel < channels; channel++) {
    const scale = Math.fround(scales[channel]! / limit);
    scales[channel] = scale > 0 ? scale : 1;
  }
  const values = new Int8Array(weights.length);
  for (let at = 0; at < weights.length; at++) {
    const value = roundHalfEven(weights[at]! / scales[channelOf(at)]!);
    values[at] = Math.min(limit, Math.max(-limit, value));
  }
  return { values, scales };
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
