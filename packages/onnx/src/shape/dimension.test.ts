import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addDims,
  ceilDivide,
  type Dim,
  divideExactly,
  floorDivide,
  isExpression,
  multiplyDims,
  sameDim,
  subtractDims,
  symbol,
  textOf,
} from './dimension.ts';

const n = symbol('n');
const m = symbol('m');

/** Its value where the symbols are small numbers; only for expressions without functions. */
function evaluate(dim: Dim, sizes: Readonly<Record<string, number>>): number {
  if (!isExpression(dim)) return dim ?? Number.NaN;
  let sum = 0;
  for (const [key, factor] of dim.terms) {
    const names = key === '' ? [] : key.split('\u0000');
    sum += names.reduce((product, name) => product * sizes[name]!, factor);
  }
  return sum;
}

const atoms = fc.oneof(fc.integer({ min: -9, max: 9 }), fc.constantFrom(n, m));
const { dim: dims } = fc.letrec<{ dim: Dim }>((tie) => ({
  dim: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    atoms,
    fc.tuple(tie('dim'), tie('dim')).map(([a, b]) => addDims(a, b)),
    fc.tuple(tie('dim'), tie('dim')).map(([a, b]) => multiplyDims(a, b)),
  ),
}));
const sizes = fc.record({ n: fc.integer({ min: 1, max: 50 }), m: fc.integer({ min: 1, max: 50 }) });

describe('sizes with symbols', () => {
  it('have one text however they were made', () => {
    expect(textOf(addDims(multiplyDims(2, n), subtractDims(3, n)))).toBe('n + 3');
    expect(textOf(multiplyDims(addDims(n, 1), subtractDims(m, 1)))).toBe('m*n + m - n - 1');
    expect(subtractDims(n, n)).toBe(0);
    expect(sameDim(addDims(n, m), addDims(m, n))).toBe(true);
    expect(sameDim(null, null)).toBe(false);
  });

  it('are divided where it leaves nothing, and are a symbol of their own where it might', () => {
    expect(textOf(divideExactly(multiplyDims(multiplyDims(n, m), 12), multiplyDims(m, 4)))).toBe(
      '3*n',
    );
    expect(divideExactly(n, 2)).toBeNull();
    expect(textOf(floorDivide(addDims(multiplyDims(4, n), 7), 2))).toBe('2*n + 3');
    expect(textOf(floorDivide(addDims(n, 5), 2))).toBe('floor((n + 1)/2) + 2');
    expect(textOf(ceilDivide(n, 2))).toBe('floor((n + 1)/2)');
  });

  it('are the sums, products and quotients of what the symbols stand for', () => {
    fc.assert(
      fc.property(dims, dims, sizes, (a, b, at) => {
        const [x, y] = [evaluate(a, at), evaluate(b, at)];
        fc.pre(Number.isFinite(x) && Number.isFinite(y));
        const check = (made: Dim, value: number) => {
          if (made !== null) expect(evaluate(made, at)).toBeCloseTo(value, 6);
        };
        check(addDims(a, b), x + y);
        check(subtractDims(a, b), x - y);
        check(multiplyDims(a, b), x * y);
        if (y !== 0) check(divideExactly(a, b), x / y);
      }),
      { numRuns: 500 },
    );
  });
});
