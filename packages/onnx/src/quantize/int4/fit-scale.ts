import type { BlockFormat } from './blocks.ts';

/** A block's scale and zero point. */
export interface BlockScale {
  readonly scale: number;
  readonly zero: number;
}

/**
 * The scale and zero point with the least squared rounding error over one block, found on a grid of
 * clipping ranges and then by least squares for the codes it gave (as in Choukroun et al. 2019,
 * arXiv:1902.06822). Clipping the largest weight a little is often worth the finer steps.
 *
 * @param weights holds the block from `start` to `end`
 * @param importance factor on each weight's squared error, by its position in the row; absent: 1
 * @param first position in the row of the block's first weight
 */
export function fitScale(
  weights: Float32Array,
  start: number,
  end: number,
  format: BlockFormat,
  importance?: Float64Array,
  first = 0,
): BlockScale {
  const search = new BlockSearch(weights, start, end, importance, first);
  if (search.largest === 0) return { scale: 1, zero: 8 };
  if (format.symmetric) searchSymmetric(search, format.signed);
  else searchAsymmetric(search);
  search.polish();
  return { scale: search.scale, zero: search.zero };
}

/** Scale from the largest magnitude alone: plain round-to-nearest, which the search has to beat. */
export function plainScale(
  weights: Float32Array,
  start: number,
  end: number,
  format: BlockFormat,
): BlockScale {
  const { largest, low, high } = new BlockSearch(weights, start, end, undefined, 0);
  if (largest === 0) return { scale: 1, zero: 8 };
  if (format.symmetric) return { scale: Math.fround(largest / 7), zero: 8 };
  const scale = Math.fround((high - low) / 15);
  return { scale, zero: zeroAt(low, scale) };
}

/** Largest magnitude in steps: 8 is the whole range, above it the largest weights are clipped. */
const steps = Array.from({ length: 19 }, (_, at) => 6.5 + at * 0.25);
/** Shares of the whole range. */
const shares = Array.from({ length: 16 }, (_, at) => 1.05 - at * 0.03);

function searchSymmetric(search: BlockSearch, signed: boolean): void {
  for (const step of steps) {
    search.consider(search.largest / step, 8);
    if (signed) search.consider(-search.largest / step, 8);
  }
}

function searchAsymmetric(search: BlockSearch): void {
  for (const share of shares) {
    const scale = ((search.high - search.low) * share) / 15;
    const zero = zeroAt(search.low * share, scale);
    search.consider(scale, zero);
    if (zero < 15) search.consider(scale, zero + 1);
    if (zero > 0) search.consider(scale, zero - 1);
  }
}

const zeroAt = (low: number, scale: number): number =>
  Math.min(15, Math.max(0, Math.round(-low / scale)));

class BlockSearch {
  /** Range of the block, zero included. */
  readonly low: number;
  readonly high: number;
  readonly largest: number;
  scale = 1;
  zero = 8;
  readonly #weights: Float32Array;
  readonly #start: number;
  readonly #end: number;
  readonly #importance: Float64Array | undefined;
  readonly #shift: number;
  #least = Number.POSITIVE_INFINITY;

  constructor(
    weights: Float32Array,
    start: number,
    end: number,
    importance: Float64Array | undefined,
    first: number,
  ) {
    this.#weights = weights;
    this.#start = start;
    this.#end = end;
    this.#importance = importance;
    this.#shift = first - start;
    let [low, high] = [0, 0];
    for (let at = start; at < end; at++) {
      const weight = weights[at]!;
      if (weight < low) low = weight;
      else if (weight > high) high = weight;
    }
    this.low = low;
    this.high = high;
    this.largest = Math.max(high, -low);
  }

  consider(wanted: number, zero: number): void {
    const scale = Math.fround(wanted);
    if (scale === 0 || !Number.isFinite(1 / scale)) return;
    const error = this.#error(scale, zero);
    if (error >= this.#least) return;
    this.#least = error;
    this.scale = scale;
    this.zero = zero;
  }

  /** For fixed codes the best scale is Σ h·w·q / Σ h·q²; with it the codes may change, so twice. */
  polish(): void {
    for (let round = 0; round < 2; round++) {
      let [product, square] = [0, 0];
      for (let at = this.#start; at < this.#end; at++) {
        const weight = this.#weights[at]!;
        const level = levelOf(weight, 1 / this.scale, this.zero);
        const factor = this.#importance ? this.#importance[at + this.#shift]! : 1;
        product += factor * weight * level;
        square += factor * level * level;
      }
      if (square > 0) this.consider(product / square, this.zero);
    }
  }

  #error(scale: number, zero: number): number {
    const [weights, importance, inverse] = [this.#weights, this.#importance, 1 / scale];
    let error = 0;
    for (let at = this.#start; at < this.#end && error < this.#least; at++) {
      const weight = weights[at]!;
      const off = weight - levelOf(weight, inverse, zero) * scale;
      error += off * off * (importance ? importance[at + this.#shift]! : 1);
    }
    return error;
  }
}

/** Steps from zero, within the 16 codes. */
function levelOf(weight: number, inverse: number, zero: number): number {
  const level = Math.round(weight * inverse);
  return level < -zero ? -zero : level > 15 - zero ? 15 - zero : level;
}
