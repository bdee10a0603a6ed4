import { describe, expect, it } from 'vitest';
import { Compensation } from './compensation.ts';
import { inverseRoot } from './inverse-root.ts';

describe('the root of an inverse', () => {
  it('is upper triangular and squares to the inverse', () => {
    const size = 12;
    const h = new Float64Array(size * size);
    for (let i = 0; i < size; i++)
      for (let j = 0; j < size; j++)
        h[i * size + j] = 1 / (1 + Math.abs(i - j)) + (i === j ? 1 : 0);
    const u = inverseRoot(h.slice(), size)!;
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size; j++) {
        let product = 0;
        for (let a = 0; a < size; a++)
          for (let b = 0; b < size; b++)
            product += h[i * size + a]! * u[b * size + a]! * u[b * size + j]!;
        expect(product).toBeCloseTo(i === j ? 1 : 0, 9);
        if (j < i) expect(u[i * size + j]).toBe(0);
      }
    }
  });

  it('does not exist where inputs are tied', () => {
    expect(inverseRoot(Float64Array.of(1, 1, 1, 1), 2)).toBeUndefined();
  });
});

const size = 40;
const wave = (at: number) => Math.sin(at * at * 0.37);

/** Moments of 200 rows in which neighbours go together. */
function moments(): Float64Array {
  const sum = new Float64Array(size * size);
  for (let row = 0; row < 200; row++) {
    const x = Array.from(
      { length: size },
      (_, at) => wave(row * 7 + (at >> 2)) + 0.2 * wave(row * size + at),
    );
    for (let i = 0; i < size; i++)
      for (let j = 0; j < size; j++) sum[i * size + j]! += (x[i]! * x[j]!) / 200;
  }
  return sum;
}

/** e·H·eᵀ, as it is written. */
function energy(errors: Float64Array, h: Float64Array): number {
  let total = 0;
  for (let i = 0; i < size; i++)
    for (let j = 0; j < size; j++) total += errors[i]! * h[i * size + j]! * errors[j]!;
  return total;
}

describe('a compensation', () => {
  const given = Float64Array.from({ length: size }, (_, at) => 3 * wave(at + 5));
  const nearest = given.map((weight) => weight - Math.round(weight));

  it('tells the output error of the rounding that it made, and of any other', () => {
    const compensation = Compensation.of(moments(), 0.01)!;
    const [row, stored] = [given.slice(), new Float64Array(size)];
    const error = compensation.round(row, 0, (at) => {
      stored[at] = Math.round(row[at]!);
      return stored[at]!;
    });
    const errors = given.map((weight, at) => weight - stored[at]!);
    expect(error).toBeCloseTo(energy(errors, moments()), 9);
    expect(compensation.energy(nearest, 0)).toBeCloseTo(energy(nearest, moments()), 9);
    expect(error).toBeLessThan(0.6 * energy(nearest, moments()));
  });

  it('changes no weight outside its inputs', () => {
    const compensation = Compensation.of(moments(), 0.01)!;
    const row = new Float64Array(size + 5).fill(0.4);
    compensation.round(row, 3, () => 0);
    expect([...row.slice(0, 4), ...row.slice(-2)]).toEqual(new Array(6).fill(0.4));
    const errors = Float64Array.of(9, 9, 9, ...nearest, 9, 9);
    expect(compensation.energy(errors, 3)).toBe(compensation.energy(nearest, 0));
  });

  it('does not exist where nothing was seen', () => {
    expect(Compensation.of(new Float64Array(4), 0.01)).toBeUndefined();
  });

  it('needs inputs that are tied a little apart', () => {
    expect(Compensation.of(Float64Array.of(1, 1, 1, 1), 0.01)).toBeDefined();
  });
});
