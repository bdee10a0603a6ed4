import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseRange, type RangeMethod } from './choose-range.ts';
import { Histogram } from './histogram.ts';
import { coveredRange, type Range, stepsOf } from './range.ts';

const methods: RangeMethod[] = ['minmax', 'percentile', 'entropy', 'mse'];

const histogramOf = (values: ArrayLike<number>): Histogram => {
  const histogram = new Histogram();
  histogram.add(values);
  return histogram;
};

/** Mean squared error of storing values in a range. */
function errorOf(values: Float32Array, range: Range): number {
  const { min, max } = coveredRange(range);
  const step = (max - min) / stepsOf(8);
  let sum = 0;
  for (const value of values) {
    const kept = Math.min(max, Math.max(min, Math.round(value / step) * step));
    sum += (value - kept) ** 2;
  }
  return sum / values.length;
}

/** Sums of uniform numbers: nearly normal, and the same every time. */
function bell(count: number, seed = 1): Float32Array {
  let state = seed;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  return Float32Array.from({ length: count }, () => {
    let sum = -6;
    for (let part = 0; part < 12; part++) sum += next();
    return sum;
  });
}

describe('a chosen range', () => {
  it('holds zero, and never more than was seen', () => {
    const values = fc.array(fc.float({ noNaN: true, min: -1e6, max: 1e6 }), { minLength: 1 });
    fc.assert(
      fc.property(values, fc.constantFrom(...methods), (seen, method) => {
        const histogram = histogramOf(Float32Array.from(seen));
        const { min, max } = chooseRange(histogram, { method });
        expect(min).toBeLessThanOrEqual(0);
        expect(max).toBeGreaterThanOrEqual(0);
        expect(-min).toBeLessThanOrEqual(Math.max(0, -histogram.min));
        expect(max).toBeLessThanOrEqual(Math.max(0, histogram.max));
      }),
    );
  });

  it('spans nothing where nothing was seen', () => {
    for (const method of methods)
      expect(chooseRange(new Histogram(), { method })).toEqual({ min: 0, max: 0 });
  });

  it('by percentile leaves the stated share out, half of it on each side', () => {
    const histogram = histogramOf(Float32Array.from({ length: 10_000 }, (_, at) => at - 5000));
    const { min, max } = chooseRange(histogram, { method: 'percentile', percentile: 99 });
    expect(min).toBeCloseTo(-4950, -1);
    expect(max).toBeCloseTo(4950, -1);
  });

  it('by mse errs less than any narrower or wider one', () => {
    const values = bell(20_000);
    // One outlier makes the whole range five times as wide.
    values[0] = 30;
    const range = chooseRange(histogramOf(values), { method: 'mse' });
    const least = errorOf(values, range);
    const scaled = (factor: number) => ({ min: range.min * factor, max: range.max * factor });
    for (const factor of [0.5, 0.7, 1.5, 2])
      expect(errorOf(values, scaled(factor))).toBeGreaterThan(least);
    const whole = chooseRange(histogramOf(values));
    expect(errorOf(values, whole)).toBeGreaterThan(least);
  });

  it('by entropy lets a lonely outlier go and keeps the rest', () => {
    const values = bell(20_000);
    values[0] = 300;
    const { min, max } = chooseRange(histogramOf(values), { method: 'entropy' });
    expect(max).toBeLessThan(150);
    expect(max).toBeGreaterThan(3);
    expect(min).toBeLessThan(-3);
  });
});
