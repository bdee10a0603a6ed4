import { momentSquares, type Square } from '../compensate/index.ts';
import type { InputMoments } from '../moments/moments.ts';
import { type BlockFormat, type Blocks4, blocksPerRow, codeOf, emptyBlocks } from './blocks.ts';
import { fitScale } from './fit-scale.ts';
import { roundSearched } from './round.ts';

/**
 * GPTQ takes 0.01, from 128 long texts; a tenth forgets less of what a few dozen samples did not
 * show (magika, one sample in two seen: 40 dB instead of 32 for its convolution). Where there are
 * fewer rows than inputs of a square most directions were never seen: the more so, the more it
 * takes (24 rows of 128 inputs: 26 dB instead of 24, magika's last layers from 24: 48 instead of 43).
 */
const damping = { least: 0.1, unseen: 0.3 };

function dampingOf({ size, rows, full, blocks }: InputMoments): number {
  const together = full ? size : (blocks?.size ?? 0);
  return Math.max(damping.least, (damping.unseen * together) / rows);
}

/**
 * Rounds weights so that their errors make up for each other in the output (see `Compensation`). A
 * block's scale is chosen when its first column is reached, from weights as they are by then.
 *
 * Each row takes the compensated or the searched rounding, whichever has the smaller output error
 * over the calibration data, so the result is never worse than searching.
 *
 * @param weights `[rows, columns]`
 */
export function roundCompensated(
  weights: Float32Array,
  columns: number,
  format: BlockFormat,
  moments: InputMoments,
): Blocks4 {
  const result = roundSearched(weights, columns, format, moments.diagonal);
  const squares = momentSquares(moments, dampingOf(moments));
  if (!squares.some(({ compensation }) => compensation)) return result;
  const rounding = new RowRounding(columns, format, moments.diagonal);
  const errors = new Float64Array(columns);
  for (let row = 0; row < result.rows; row++) {
    const given = weights.subarray(row * columns, (row + 1) * columns);
    if (rounding.round(given, squares) < searchedError(given, row, result, squares, errors))
      rounding.store(result, row);
  }
  return result;
}

/** The output error of a row as it was searched. */
function searchedError(
  given: Float32Array,
  row: number,
  { codes, scales, zeros, columns, size }: Blocks4,
  squares: readonly Square[],
  errors: Float64Array,
): number {
  const perRow = blocksPerRow(columns, size);
  for (let at = 0; at < columns; at++) {
    const block = row * perRow + Math.floor(at / size);
    const stored = (codes[row * columns + at]! - zeros[block]!) * scales[block]!;
    errors[at] = given[at]! - stored;
  }
  return squares.reduce(
    (sum, { first, compensation }) => sum + (compensation?.energy(errors, first) ?? 0),
    0,
  );
}

/** One row after the other, in the same memory. */
class RowRounding {
  readonly #format: BlockFormat;
  readonly #importance: Float64Array;
  readonly #blocks: Blocks4;
  readonly #row: Float64Array;
  /** A block's weights as they are when it is reached. */
  readonly #block: Float32Array;

  constructor(columns: number, format: BlockFormat, importance: Float64Array) {
    this.#format = format;
    this.#importance = importance;
    this.#blocks = emptyBlocks(1, columns, format.size);
    this.#row = new Float64Array(columns);
    this.#block = new Float32Array(format.size);
  }

  /** @returns the row's output error */
  round(given: Float32Array, squares: readonly Square[]): number {
    this.#row.set(given);
    let error = 0;
    for (const [at, { first, compensation }] of squares.entries()) {
      if (compensation)
        error += compensation.round(this.#row, first, (column) => this.#one(column));
      else for (let column = first; column < this.#endOf(squares, at); column++) this.#one(column);
    }
    return error;
  }

  store(result: Blocks4, row: number): void {
    const { codes, scales, zeros } = this.#blocks;
    result.codes.set(codes, row * codes.length);
    result.scales.set(scales, row * scales.length);
    result.zeros.set(zeros, row * zeros.length);
  }

  #endOf(squares: readonly Square[], at: number): number {
    return squares[at + 1]?.first ?? this.#row.length;
  }

  /** Rounds a weight, and gives what is stored for it. */
  #one(column: number): number {
    const { size } = this.#format;
    const { codes, scales, zeros } = this.#blocks;
    const block = Math.floor(column / size);
    if (column % size === 0) this.#choose(column, block);
    const [scale, zero] = [scales[block]!, zeros[block]!];
    const code = codeOf(this.#row[column]!, scale, zero);
    codes[column] = code;
    return (code - zero) * scale;
  }

  #choose(column: number, block: number): void {
    const count = Math.min(this.#format.size, this.#row.length - column);
    for (let at = 0; at < count; at++) this.#block[at] = this.#row[column + at]!;
    const importance = this.#importance;
    const { scale, zero } = fitScale(this.#block, 0, count, this.#format, importance, column);
    this.#blocks.scales[block] = scale;
    this.#blocks.zeros[block] = zero;
  }
}
