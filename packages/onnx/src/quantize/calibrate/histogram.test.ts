import { isSelvedgeError } from '@selvedge/core/errors';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Histogram } from './histogram.ts';
import { RangeCollector } from './range-collector.ts';

const finite = fc.float({ noNaN: true, noDefaultInfinity: true });
const tensors = fc.array(fc.array(finite, { maxLength: 50 }), { minLength: 1, maxLength: 8 });

const filled = (parts: readonly number[][]): Histogram => {
  const histogram = new Histogram();
  for (const part of parts) histogram.add(Float32Array.from(part));
  return histogram;
};
const stateOf = (histogram: Histogram) => ({
  bins: [...histogram.bins()],
  zeros: histogram.zeros,
  count: histogram.count,
});

describe('a histogram', () => {
  it('is the same whatever order tensors come in', () => {
    fc.assert(
      fc.property(tensors, (parts) => {
        const there = stateOf(filled(parts));
        expect(stateOf(filled(parts.toReversed()))).toEqual(there);
        expect(stateOf(filled([parts.flat()]))).toEqual(there);
      }),
    );
  });

  it('holds every element within a bin of its value, and its ends exactly', () => {
    fc.assert(
      fc.property(fc.array(finite, { minLength: 1, maxLength: 200 }), (values) => {
        const elements = Array.from(Float32Array.from(values));
        const histogram = filled([values]);
        const bins = [...histogram.bins()];
        expect(histogram.min).toBe(Math.min(...elements));
        expect(histogram.max).toBe(Math.max(...elements));
        const counted = bins.reduce((sum, { count }) => sum + count, 0);
        expect(counted + histogram.zeros).toBe(elements.length);
        for (const value of elements.filter((element) => element !== 0))
          expect(bins.some(({ low, high }) => low <= value && value <= high)).toBe(true);
      }),
    );
  });

  it('takes as much memory for 10,000 tensors as for 10', () => {
    const bytesAfter = (count: number): number => {
      const collector = new RangeCollector(['a', 'b']);
      for (let at = 0; at < count; at++) {
        collector.observe('a', Float32Array.of(at, -at * at, 1 / (at + 1)));
        collector.observe('b', Float32Array.of(at ** 3));
      }
      return collector.byteLength;
    };
    expect(bytesAfter(10_000)).toBe(bytesAfter(10));
  });

  it('counts some elements of a large tensor and finds its ends among all', () => {
    const histogram = new Histogram();
    const values = new Float32Array(400_001).map((_, at) => Math.sin(at));
    [values[7], values[11]] = [-9, 12];
    histogram.add(values);
    expect(histogram.count).toBe(Math.ceil(400_001 / 7));
    expect([histogram.min, histogram.max]).toEqual([-9, 12]);
  });

  it('refuses what is not finite, names the value, and adds none of it', () => {
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      const collector = new RangeCollector(['conv1']);
      collector.observe('conv1', Float32Array.of(1, 2));
      try {
        collector.observe('conv1', Float32Array.of(5, bad));
        expect.unreachable();
      } catch (error) {
        expect(isSelvedgeError(error) && error.code).toBe('bad-input');
        expect(String(error)).toContain(`value conv1: element 1 is ${bad}`);
      }
      expect(collector.ranges().get('conv1')).toEqual({ min: 0, max: 2 });
    }
  });

  it('finds ends alone where nothing is to be counted', () => {
    const ends = new Histogram(false);
    ends.add(Float32Array.of(0.5, -3, 0, 7));
    ends.add(Float32Array.of(1), { min: -4, max: 2 });
    expect([ends.min, ends.max, ends.count, ends.byteLength]).toEqual([-4, 7, 5, 0]);
    expect([...ends.bins()]).toEqual([]);
    expect(() => ends.add(Float32Array.of(Number.NaN))).toThrow('NaN');
  });
});
