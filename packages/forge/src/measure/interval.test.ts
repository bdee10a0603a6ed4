import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomFrom } from '../build/random-inputs.ts';
import { pairedInterval, ratioInterval, scoreInterval, studentT } from './interval.ts';

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
    const random = randomFrom(7);
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

  it('may lie below zero: a variant can be better than its reference', () => {
    const [low, high] = ratioInterval([-1, -1.1, -0.9], [10, 10, 10]) ?? [0, 0];
    expect(low).toBeLessThan(high);
    expect(high).toBeLessThan(0);
  });

  it.each([5, 50])('of %i pairs covers the truth about 95 times of 100', (pairs) => {
    const random = randomFrom(11);
    const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    let covered = 0;
    for (let run = 0; run < 1000; run += 1) {
      const below = Array.from({ length: pairs }, () => 4 + random());
      const above = below.map((value) => 0.1 * value + 0.05 * normal());
      const [low, high] = ratioInterval(above, below) ?? [1, 0];
      if (low <= 0.1 && 0.1 <= high) covered += 1;
    }
    expect(covered / 1000).toBeGreaterThan(0.93);
    expect(covered / 1000).toBeLessThan(0.98);
  });
});

describe('samples that err together', () => {
  it('count as one draw, so that ten copies of a sample prove no more than one', () => {
    const once = Array.from({ length: 100 }, (_, at) => (at % 10 === 0 ? 1 : 0));
    const copied = once.flatMap((value) => Array<number>(10).fill(value));
    const units = copied.map((_, at) => Math.floor(at / 10));
    const width = ([low, high]: readonly [number, number]) => high - low;
    expect(width(pairedInterval(copied, units))).toBeGreaterThan(0.9 * width(pairedInterval(once)));
    expect(width(pairedInterval(copied))).toBeLessThan(0.5 * width(pairedInterval(once)));
  });
});

it.each([
  [1, 12.7062],
  [3, 3.18245],
  [5, 2.57058],
  [10, 2.22814],
  [30, 2.04227],
])("Student's t with %i degrees of freedom is that of the tables", (freedom, value) => {
  expect(studentT(freedom) / value).toBeCloseTo(1, 2);
});
