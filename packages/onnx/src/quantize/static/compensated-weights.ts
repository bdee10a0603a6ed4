import { inverseRoot } from '../int4/inverse-root.ts';
import type { InputMoments } from '../moments/index.ts';
import type { ChannelWeights } from './channel-weights.ts';
import { channelOf, type WeightedLayer } from './weighted-layer.ts';

/**
 * Rounds a layer's weights one input at a time; what one loses is made up for in those after it, as
 * far as their inputs go together (GPTQ: Frantar et al. 2022, arXiv:2210.17323, algorithm 1). A
 * channel takes the compensated or the plain rounding, whichever has the smaller output error.
 *
 * @returns the given weights where the moments do not fit the layer
 */
export function compensatedWeights(
  layer: WeightedLayer,
  plain: ChannelWeights,
  moments: InputMoments,
  limit: number,
): ChannelWeights {
  const { channels, weights, dims } = layer;
  const size = weights.length / channels;
  const { full } = moments;
  if (layer.axis === undefined || !full || moments.size !== size) return plain;
  const root = dampedRoot(full, size);
  if (!root) return plain;
  const isRows = layer.axis === 0;
  const columns = dims[1] ?? 1;
  const indexOf = isRows
    ? (channel: number, at: number) => channel * size + at
    : (channel: number, at: number) => at * columns + channel;
  const values = plain.values.slice();
  const row = new Float64Array(size);
  const rounded = new Int8Array(size);
  for (let channel = 0; channel < channels; channel++) {
    const scale = plain.scales[channelOf(layer, indexOf(channel, 0))]!;
    for (let at = 0; at < size; at++) row[at] = weights[indexOf(channel, at)]!;
    roundRow(row, rounded, scale, limit, root);
    const errors = [new Float64Array(size), new Float64Array(size)] as const;
    for (let at = 0; at < size; at++) {
      const index = indexOf(channel, at);
      errors[0][at] = plain.values[index]! * scale - weights[index]!;
      errors[1][at] = rounded[at]! * scale - weights[index]!;
    }
    if (energy(errors[1], full) >= energy(errors[0], full)) continue;
    for (let at = 0; at < size; at++) values[indexOf(channel, at)] = rounded[at]!;
  }
  return { values, scales: plain.scales };
}

function roundRow(
  row: Float64Array,
  rounded: Int8Array,
  scale: number,
  limit: number,
  root: Float64Array,
): void {
  const size = row.length;
  for (let at = 0; at < size; at++) {
    const value = Math.min(limit, Math.max(-limit, Math.round(row[at]! / scale)));
    rounded[at] = value;
    const error = (row[at]! - value * scale) / root[at * size + at]!;
    for (let next = at + 1; next < size; next++) row[next]! -= error * root[at * size + next]!;
  }
}

/** eᵀ·H·e. */
function energy(error: Float64Array, full: Float64Array): number {
  let total = 0;
  for (let i = 0; i < error.length; i++) {
    if (error[i] === 0) continue;
    let sum = 0;
    for (let j = 0; j < error.length; j++) sum += full[i * error.length + j]! * error[j]!;
    total += error[i]! * sum;
  }
  return total;
}

/** One percent of the mean of the diagonal is added to it, more where that is not enough. */
function dampedRoot(full: Float64Array, size: number): Float64Array | undefined {
  let trace = 0;
  for (let at = 0; at < size; at++) trace += full[at * size + at]!;
  for (let share = 0.01; trace > 0 && share <= 1; share *= 10) {
    const damped = full.slice();
    for (let at = 0; at < size; at++) damped[at * size + at]! += (share * trace) / size;
    const root = inverseRoot(damped, size);
    if (root) return root;
  }
  return undefined;
}
