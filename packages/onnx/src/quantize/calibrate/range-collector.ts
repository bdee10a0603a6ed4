import { fail, toSelvedgeError } from '@selvedge/core/errors';
import { chooseRange, type RangeOptions } from './choose-range.ts';
import { Histogram } from './histogram.ts';
import type { Range } from './range.ts';

/**
 * Collects what values span while a model runs, tensor by tensor. Memory depends on how many
 * values there are, not on how many samples: one {@link Histogram} each.
 *
 * @example
 * const collector = new RangeCollector(observableValues(model));
 * for (const outputs of runs) for (const [name, data] of outputs) collector.observe(name, data);
 * const { model: quantized } = quantizeStatic(model, collector.ranges({ method: 'mse' }));
 */
export class RangeCollector {
  readonly #histograms: ReadonlyMap<string, Histogram>;

  /** @param options.endsOnly counts no elements: enough for the method `minmax` */
  constructor(
    names: readonly string[],
    { endsOnly = false }: { readonly endsOnly?: boolean } = {},
  ) {
    this.#histograms = new Map(names.map((name) => [name, new Histogram(!endsOnly)]));
  }

  /** The values it wants to see. */
  get names(): readonly string[] {
    return [...this.#histograms.keys()];
  }

  /** Bytes of all histograms. */
  get byteLength(): number {
    let bytes = 0;
    for (const histogram of this.#histograms.values()) bytes += histogram.byteLength;
    return bytes;
  }

  /** What was seen of a value. */
  histogram(name: string): Histogram | undefined {
    return this.#histograms.get(name);
  }

  /**
   * Adds the elements of one tensor; of a value that is not collected, nothing.
   *
   * @param ends its smallest and largest element, where `values` are only some of them
   * @throws SelvedgeError `bad-input` naming the value where an element is NaN or infinite.
   */
  observe(name: string, values: ArrayLike<number>, ends?: Range): void {
    try {
      this.#histograms.get(name)?.add(values, ends);
    } catch (caught) {
      const { code, message, hint } = toSelvedgeError(caught);
      fail(code, `value ${name}: ${message}`, { ...(hint && { hint }), details: { value: name } });
    }
  }

  /** The range of each value. Values that were never seen are left out. */
  ranges(options: RangeOptions = {}): Map<string, Range> {
    const ranges = new Map<string, Range>();
    for (const [name, histogram] of this.#histograms) {
      if (!histogram.isEmpty) ranges.set(name, chooseRange(histogram, options));
    }
    return ranges;
  }
}
