import type { InputMoments } from '../moments/moments.ts';
import { type Blocks4, fromBlocks } from './blocks.ts';

/**
 * Mean squared error of each output over the calibration data, e·H·eᵀ for each row's rounding error
 * e; with the diagonal of H alone where the whole is not there.
 */
export function outputErrors(
  weights: Float32Array,
  blocks: Blocks4,
  { full, diagonal }: InputMoments,
): Float64Array {
  const { rows, columns } = blocks;
  const errors = new Float64Array(rows);
  const off = fromBlocks(blocks);
  for (let at = 0; at < off.length; at++) off[at] = weights[at]! - off[at]!;
  for (let row = 0; row < rows; row++) {
    const error = off.subarray(row * columns, (row + 1) * columns);
    errors[row] = full ? quadratic(error, full) : weighted(error, diagonal);
  }
  return errors;
}

/** e·H·eᵀ of a symmetric H, from its upper half. */
function quadratic(e: Float32Array, h: Float64Array): number {
  const size = e.length;
  let total = 0;
  for (let i = 0; i < size; i++) {
    const own = e[i]!;
    if (own === 0) continue;
    let sum = 0;
    for (let j = i + 1; j < size; j++) sum += h[i * size + j]! * e[j]!;
    total += own * (2 * sum + own * h[i * size + i]!);
  }
  return total;
}

function weighted(e: Float32Array, diagonal: Float64Array): number {
  let total = 0;
  for (let at = 0; at < e.length; at++) total += e[at]! ** 2 * diagonal[at]!;
  return total;
}
