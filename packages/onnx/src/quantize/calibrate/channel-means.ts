import { fail } from '@selvedge/core/errors';

/** A value whose mean along an axis is wanted. */
export interface MeanRequest {
  readonly value: string;
  /** Axis of the channels; negative counts from the end. */
  readonly axis: number;
}

/** Means of values per channel, by value name. */
export type ChannelMeans = ReadonlyMap<string, Float64Array>;

/**
 * The mean of each channel of values over the tensors of a run: a number per channel, however many
 * there are. Every tensor counts the same.
 */
export class ChannelMeanCollector {
  readonly #sums: ReadonlyMap<string, Sum>;

  constructor(requests: readonly MeanRequest[]) {
    this.#sums = new Map(requests.map(({ value, axis }) => [value, { axis, sums: [], count: 0 }]));
  }

  /**
   * Adds one tensor; of a value that was not asked for, nothing.
   *
   * @throws SelvedgeError `usage` where its channels are not those of the tensors before.
   */
  add(value: string, data: ArrayLike<number>, dims: readonly number[]): void {
    const sum = this.#sums.get(value);
    if (!sum || data.length === 0) return;
    const axis = sum.axis < 0 ? sum.axis + dims.length : sum.axis;
    const channels = dims[axis] ?? 0;
    if (channels === 0) misfit(value, dims, sum.sums.length);
    const inner = dims.slice(axis + 1).reduce((product, size) => product * size, 1);
    const means = new Float64Array(channels);
    for (let at = 0; at < data.length; at += inner) {
      let part = 0;
      for (let offset = at; offset < at + inner; offset++) part += data[offset]!;
      means[(at / inner) % channels]! += part;
    }
    this.addMeans(
      value,
      means.map((total) => (total * channels) / data.length),
    );
  }

  /** Adds a tensor of which the means are known. */
  addMeans(value: string, means: ArrayLike<number>): void {
    const sum = this.#sums.get(value);
    if (!sum) return;
    if (sum.count === 0) sum.sums = new Array(means.length).fill(0);
    if (sum.sums.length !== means.length) misfit(value, [means.length], sum.sums.length);
    for (let at = 0; at < means.length; at++) sum.sums[at]! += means[at]!;
    sum.count += 1;
  }

  /** The means; values that were never seen are left out. */
  means(): Map<string, Float64Array> {
    const seen = [...this.#sums].filter(([, { count }]) => count > 0);
    return new Map(
      seen.map(([value, { sums, count }]) => [
        value,
        Float64Array.from(sums, (sum) => sum / count),
      ]),
    );
  }
}

interface Sum {
  readonly axis: number;
  sums: number[];
  /** Tensors. */
  count: number;
}

function misfit(value: string, dims: readonly number[], channels: number): never {
  fail('usage', `value ${value} has shape [${dims}], expected ${channels} channels`, {
    hint: 'calibrate on the model that the means were asked for',
    details: { value },
  });
}
