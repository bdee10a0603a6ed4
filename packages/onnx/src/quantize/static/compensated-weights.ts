import { inverseRoot } from '../int4/inverse-root.ts';
import type { InputMoments } from '../moments/index.ts';
import type { ChannelWeights } from './channel-weights.ts';
import { channelOf, type WeightedLayer } from './weighted-layer.ts';

/**
 * Rounds a layer's weights one input at a time; what one loses is made up for in those after it, as
 * far as their inputs go together (GPTQ: Frantar et al. 2022, arXiv:2210.17323, algorithm 1), within
 * the blocks of inputs whose moments are known. A block of a channel takes the compensated or the
 * plain rounding, whichever has the smaller output error.
 *
 * @returns the given weights where the moments do not fit the layer
 */
export function compensatedWeights(
  layer: WeightedLayer,
  plain: ChannelWeights,
  moments: InputMoments,
  limit: number,
): ChannelWeights {
  const size = layer.weights.length / layer.channels;
  if (layer.axis === undefined || moments.size !== size) return plain;
  const { full } = moments;
  const blocks = full ? { size, values: [full] } : moments.blocks;
  const rounded: ChannelWeights = { values: plain.values.slice(), scales: plain.scales };
  for (const [at, block] of (blocks?.values ?? []).entries())
    roundBlock(layer, plain, rounded, at * blocks!.size, block, limit);
  return rounded;
}

/** Rounds the inputs of all channels that a block of moments tells of. */
function roundBlock(
  layer: WeightedLayer,
  plain: ChannelWeights,
  result: ChannelWeights,
  first: number,
  moments: Float64Array,
  limit: number,
): void {
  const size = Math.sqrt(moments.length);
  const root = dampedRoot(moments, size);
  if (!root) return;
  const { channels, weights, dims } = layer;
  const inputs = weights.length / channels;
  const columns = dims[1] ?? 1;
  const indexOf =
    layer.axis === 0
      ? (channel: number, at: number) => channel * inputs + first + at
      : (channel: number, at: number) => (first + at) * columns + channel;
  const row = new Float64Array(size);
  const rounded = new Int8Array(size);
  const [sum, difference] = [new Float64Array(size), new Float64Array(size)];
  for (let channel = 0; channel < channels; channel++) {
    const scale = plain.scales[channelOf(layer, indexOf(channel, 0))]!;
    for (let at = 0; at < size; at++) row[at] = weights[indexOf(channel, at)]!;
    roundRow(row, rounded, scale, limit, root);
    for (let at = 0; at < size; at++) {
      const index = indexOf(channel, at);
      const before = plain.values[index]! * scale - weights[index]!;
      const after = rounded[at]! * scale - weights[index]!;
      sum[at] = after + before;
      difference[at] = after - before;
    }
    if (product(sum, moments, difference) >= 0) continue;
    for (let at = 0; at < size; at++) result.values[indexOf(channel, at)] = rounded[at]!;
  }
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

/** aᵀ·H·b. Of two errors' sum and difference: by how much the first's energy eᵀ·H·e is larger. */
function product(a: Float64Array, full: Float64Array, b: Float64Array): number {
  const size = a.length;
  let total = 0;
  for (let i = 0; i < size; i++) {
    // Where both roundings agree there is nothing to add.
    if (b[i] === 0) continue;
    const own = i * size;
    let [even, odd] = [0, 0];
    for (let j = 0; j + 1 < size; j += 2) {
      even += full[own + j]! * a[j]!;
      odd += full[own + j + 1]! * a[j + 1]!;
    }
    if (size % 2 === 1) even += full[own + size - 1]! * a[size - 1]!;
    total += b[i]! * (even + odd);
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
