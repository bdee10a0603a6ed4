import { fail } from '@selvedge/core/errors';
import type { Range } from './range.ts';

/** How many bins a histogram has: 64 KiB each, whatever it has seen. */
const binCount = 8192;
const half = binCount / 2;

/** Elements of one tensor that are counted; its smallest and largest are always found. */
export const countedPerTensor = 65_536;

/**
 * A histogram of a value's elements in constant memory. It spans `[-2^e, 2^e)`; an element outside
 * doubles the span and merges bins in pairs. Because every span is a power of two, a bin's edges
 * never move under its elements: the counts are those of one pass with the last span, whatever the
 * order the tensors came in.
 *
 * Zeros are counted apart: after a Relu they are most elements, and 8 bits hold them exactly.
 */
export class Histogram {
  readonly #bins: Float64Array;
  #exponent: number | undefined;
  #zeros = 0;
  #count = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = Number.NEGATIVE_INFINITY;

  /** @param isCounted whether elements are counted; else only their ends are found, in no memory */
  constructor(isCounted = true) {
    this.#bins = new Float64Array(isCounted ? binCount : 0);
  }

  /** Elements counted: of a tensor with more than 131,072 every third, fifth, … one. */
  get count(): number {
    return this.#count;
  }

  /** Whether nothing was seen, not even ends. */
  get isEmpty(): boolean {
    return this.#min > this.#max;
  }

  /** Counted elements that are exactly zero; they are in no bin. */
  get zeros(): number {
    return this.#zeros;
  }

  /** The smallest element, exactly; infinity where nothing was seen. */
  get min(): number {
    return this.#min;
  }

  /** The largest element, exactly; minus infinity where nothing was seen. */
  get max(): number {
    return this.#max;
  }

  /** Bytes that the bins take: the same for ten elements as for ten billion. */
  get byteLength(): number {
    return this.#bins.byteLength;
  }

  /**
   * Adds the elements of a tensor.
   *
   * @param ends the smallest and largest element, where `values` are only some of the tensor's
   * @throws SelvedgeError `bad-input` where one is NaN or infinite, and then adds none of them.
   */
  add(values: ArrayLike<number>, ends?: Range): void {
    let low = Math.min(this.#min, ends?.min ?? this.#min);
    let high = Math.max(this.#max, ends?.max ?? this.#max);
    if (ends && !Number.isFinite(ends.max - ends.min)) refuse(ends.max - ends.min, 0);
    for (let at = 0; at < values.length; at++) {
      const value = values[at]!;
      if (value < low) low = value;
      if (value > high) high = value;
      // Subtraction turns NaN and both infinities into NaN, which equals nothing.
      if (value - value !== 0) refuse(value, at);
    }
    if (values.length === 0 && !ends) return;
    if (this.#bins.length > 0) this.#cover(Math.max(high, -low));
    [this.#min, this.#max] = [low, high];
    // An odd step does not walk along a column of an image.
    const step = Math.floor(values.length / (2 * countedPerTensor)) * 2 + 1;
    const count = Math.ceil(values.length / step);
    this.#count += count;
    if (this.#bins.length === 0) return;
    if (this.#exponent === undefined) this.#zeros += count;
    else this.#fill(values, step, half / 2 ** this.#exponent);
  }

  /** The bins that hold elements, in order, each with its edges, cut to where elements are. */
  *bins(): Generator<{ readonly low: number; readonly high: number; readonly count: number }> {
    if (this.#exponent === undefined) return;
    const width = 2 ** this.#exponent / half;
    for (let at = 0; at < binCount; at++) {
      const count = this.#bins[at]!;
      if (count === 0) continue;
      const low = Math.max((at - half) * width, this.#min);
      const high = Math.min((at - half + 1) * width, this.#max);
      yield { low, high: Math.max(low, high), count };
    }
  }

  #fill(values: ArrayLike<number>, step: number, scale: number): void {
    const bins = this.#bins;
    let zeros = 0;
    for (let at = 0; at < values.length; at += step) {
      const value = values[at]!;
      if (value === 0) zeros++;
      else bins[Math.floor(value * scale) + half]!++;
    }
    this.#zeros += zeros;
  }

  /** Widens the span until it holds ±`magnitude`. */
  #cover(magnitude: number): void {
    if (magnitude === 0) return;
    let wanted = Math.max(Math.floor(Math.log2(magnitude)), -1000);
    // The span is open above, so a power of two needs the next one; log2 may be off by one.
    while (2 ** wanted <= magnitude) wanted++;
    if (this.#exponent === undefined) this.#exponent = wanted;
    if (wanted <= this.#exponent) return;
    this.#merge(Math.min(wanted - this.#exponent, 40));
    this.#exponent = wanted;
  }

  #merge(doublings: number): void {
    const bins = this.#bins;
    const shrunk = new Float64Array(binCount);
    for (let at = 0; at < binCount; at++) {
      if (bins[at] === 0) continue;
      shrunk[Math.floor((at - half) / 2 ** doublings) + half]! += bins[at]!;
    }
    bins.set(shrunk);
  }
}

function refuse(value: number, at: number): never {
  fail('bad-input', `element ${at} is ${value}`, {
    hint: 'a range can only be taken of finite numbers',
    details: { element: at },
  });
}
