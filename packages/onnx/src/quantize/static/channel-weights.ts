import type { StaticOptions } from './options.ts';
import type { WeightedLayer } from './weighted-layer.ts';

/** Weights in 8 bits, `weights ≈ values × scales`, and the bias in 32, `bias ≈ sums × scales × input scale`. */
export interface ChannelWeights {
  readonly values: Int8Array;
  /** One per index of the layer's axis; one in all where it has none. */
  readonly scales: Float32Array;
}

/**
 * Quantises a layer's weights symmetrically, scale = max|w| / limit (Krishnamoorthi 2018,
 * arXiv:1806.08342, section 2). A channel of weights that are tiny beside its bias gets a scale at
 * which the bias still fits 31 bits.
 */
export function channelWeights(
  layer: WeightedLayer,
  weights: Float32Array,
  inputScale: number,
  options: StaticOptions,
): ChannelWeights {
  const limit = options.weightBits === 7 ? 64 : 127;
  const { channels, inner } = layer;
  const scales = new Float32Array(channels);
  // Channel after channel, and again from the first: what a division would tell of each of millions.
  for (let at = 0; at < weights.length; ) {
    for (let channel = 0; channel < channels; channel++) {
      let most = scales[channel]!;
      for (const end = at + inner; at < end; at++) {
        const magnitude = Math.abs(weights[at]!);
        if (magnitude > most) most = magnitude;
      }
      scales[channel] = most;
    }
  }
  for (let channel = 0; channel < channels; channel++) scales[channel]! /= limit;
  for (const [at, value] of (layer.bias ?? []).entries()) {
    const channel = at % channels;
    const least = Math.abs(value) / (inputScale * 2 ** 30);
    scales[channel] = Math.max(scales[channel]!, least);
  }
  if (options.perChannel === false)
    scales.fill(scales.reduce((most, scale) => Math.max(most, scale), 0));
  for (let at = 0; at < channels; at++) if (!(scales[at]! > 0)) scales[at] = 1;
  const values = new Int8Array(weights.length);
  for (let at = 0; at < weights.length; ) {
    for (let channel = 0; channel < channels; channel++) {
      const scale = scales[channel]!;
      for (const end = at + inner; at < end; at++) {
        const value = Math.round(weights[at]! / scale);
        values[at] = value > limit ? limit : value < -limit ? -limit : value;
      }
    }
  }
  return { values, scales };
}

/** The bias as int32 at the scale of the products: input scale × weight scale of its channel. */
export function biasSums(
  bias: Float32Array,
  scales: Float32Array,
  inputScale: number,
): { readonly values: Int32Array; readonly scales: Float32Array } {
  const products = bias.map((_, at) => inputScale * scales[at % scales.length]!);
  const values = Int32Array.from(bias, (value, at) => {
    const sum = Math.round(value / products[at]!);
    return Math.min(2 ** 31 - 1, Math.max(-(2 ** 31), sum));
  });
  return { values, scales: products };
}
