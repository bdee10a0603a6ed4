import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pairedInterval, ratioInterval, scoreInterval } from './interval.ts';

describe('the interval of a paired difference', () => {
  it('is the one Bonett and Price give for a table of pairs', () => {
    // n = 50, 8 right only before, 2 right only after: p12 = 9/52, p21 = 3/52.
    const differences = [...Array(8).fill(1), ...Array(2).fill(-1), ...Array(40).fill(0)];
    const [low, high] = pairedInterval(differences);
    const d = 6 / 52;
    const half = 1.959964 * Math.sqrt((12 / 52 - d * d) / 52);
    expect(low).toBeCloseTo(d - half, 10);
    expect(high).toBeCloseTo(d + half, 10);
  });

  it('stays open where nothing differed, the wider the fewer samples', () => {
    const [, few] = pairedInterval(Array(10).fill(0));
    const [, many] = pairedInterval(Array(10_000).fill(0));
    expect(few).toBeGreaterThan(0.2);
    expect(many).toBeLessThan(0.0003);
  });

  it('covers the truth at least about 95 times of 100', () => {
    const runs = 400;
    let seed = 7;
    const random = () => {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
      return seed / 2 ** 32;
    };
    let covered = 0;
    for (let run = 0; run < runs; run += 1) {
      const sample = Array.from({ length: 200 }, () => {
        const u = random();
        return u < 0.03 ? 1 : u < 0.04 ? -1 : 0;
      });
      const [low, high] = pairedInterval(sample);
      if (low <= 0.02 && 0.02 <= high) covered += 1;
    }
    expect(covered / runs).toBeGreaterThan(0.93);
  });

  it('never leaves −1 to 1 and holds the mean of enough samples', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 1 }),
        (all) => {
          const [low, high] = pairedInterval(all);
          expect(low).toBeGreaterThanOrEqual(-1);
          expect(high).toBeLessThanOrEqual(1);
          expect(low).toBeLessThanOrEqual(high);
        },
      ),
    );
  });
});

describe('the interval of a mean score', () => {
  it('is the adjusted Wald interval of Agresti and Coull', () => {
    const [low, high] = scoreInterval([...Array(18).fill(1), ...Array(2).fill(0)]);
    const p = 20 / 24;
    const half = 1.959964 * Math.sqrt((p * (1 - p)) / 24);
    expect(low).toBeCloseTo(p - half, 10);
    expect(high).toBeCloseTo(p + half, 10);
  });
});

describe('the interval of a ratio', () => {
  it('needs two pairs', () => {
    expect(ratioInterval([1], [2])).toBeUndefined();
    expect(ratioInterval([1, 1], [2, 2])).toEqual([0.5, 0.5]);
  });
});
