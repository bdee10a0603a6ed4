import { momentSquares, type Square } from '../compensate/index.ts';
import type { InputMoments } from '../moments/index.ts';
import type { ChannelWeights } from './channel-weights.ts';
import { channelOf, type WeightedLayer } from './weighted-layer.ts';

/** As GPTQ. */
const damping = 0.01;

/**
 * Rounds a layer's weights so that their errors make up for each other in its output (see
 * `Compensation`), within the blocks of inputs whose moments are known. A block of a channel takes
 * the compensated or the plain rounding, whichever has the smaller output error.
 *
 * @returns the given weights where the moments do not fit the layer
 */
export function compensatedWeights(
  layer: WeightedLayer,
  weights: Float32Array,
  plain: ChannelWeights,
  moments: InputMoments,
  limit: number,
): ChannelWeights {
  const size = weights.length / layer.channels;
  if (layer.axis === undefined || moments.size !== size) return plain;
  const rounded: ChannelWeights = { values: plain.values.slice(), scales: plain.scales };
  for (const square of momentSquares(moments, damping))
    roundSquare(layer, weights, plain, rounded, square, limit);
  return rounded;
}

/** Rounds the inputs of all channels that a square of moments tells of. */
function roundSquare(
  layer: WeightedLayer,
  weights: Float32Array,
  plain: ChannelWeights,
  result: ChannelWeights,
  { first, compensation }: Square,
  limit: number,
): void {
  if (!compensation) return;
  const { size } = compensation;
  const { channels, dims } = layer;
  const inputs = weights.length / channels;
  const columns = dims[1] ?? 1;
  const indexOf =
    layer.axis === 0
      ? (channel: number, at: number) => channel * inputs + first + at
      : (channel: number, at: number) => (first + at) * columns + channel;
  const [row, errors] = [new Float64Array(size), new Float64Array(size)];
  const rounded = new Int8Array(size);
  for (let channel = 0; channel < channels; channel++) {
    const scale = plain.scales[channelOf(layer, indexOf(channel, 0))]!;
    for (let at = 0; at < size; at++) {
      const index = indexOf(channel, at);
      row[at] = weights[index]!;
      errors[at] = weights[index]! - plain.values[index]! * scale;
    }
    const error = compensation.round(row, 0, (at) => {
      const value = Math.min(limit, Math.max(-limit, Math.round(row[at]! / scale)));
      rounded[at] = value;
      return value * scale;
    });
    if (error >= compensation.energy(errors, 0)) continue;
    for (let at = 0; at < size; at++) result.values[indexOf(channel, at)] = rounded[at]!;
  }
}
