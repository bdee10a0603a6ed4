import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromFloat16Array, fromFloat16Bits, toFloat16Array, toFloat16Bits } from './float16.ts';

/** The runtime's own half floats (ES2026) judge ours; TypeScript's library does not know them yet. */
const { Float16Array } = globalThis as unknown as {
  Float16Array: { from(values: Iterable<number>): { buffer: ArrayBuffer } };
};
const judged = (value: number): number => new Uint16Array(Float16Array.from([value]).buffer)[0]!;

describe('half floats', () => {
  it('all survive a trip through float32, and NaN stays NaN', () => {
    for (let bits = 0; bits < 0x10000; bits++) {
      const value = fromFloat16Bits(bits);
      if (Number.isNaN(value)) expect(toFloat16Bits(value) & 0x7fff).toBeGreaterThan(0x7c00);
      else if (toFloat16Bits(value) !== bits)
        expect.fail(`0x${bits.toString(16)} became ${toFloat16Bits(value)}`);
    }
  });

  it('round to nearest, ties to even, as the runtime’s do', () => {
    const halves = fc.integer({ min: 0, max: 0x7bff }).map(fromFloat16Bits);
    const between = fc
      .tuple(halves, fc.constantFrom(-1, 1), fc.constantFrom(0, 1, -1))
      .map(([half, sign, nudge]) => {
        const next = fromFloat16Bits(toFloat16Bits(half) + 1);
        const middle = Number.isFinite(next) ? (half + next) / 2 : 65520;
        return sign * Math.fround(middle * (1 + nudge * 2 ** -22));
      });
    const any = fc.float({ noNaN: true });
    fc.assert(
      fc.property(fc.oneof(any, between), (value) => toFloat16Bits(value) === judged(value)),
      { numRuns: 20_000 },
    );
  });

  it('know their borders', () => {
    expect(toFloat16Bits(65504)).toBe(0x7bff);
    expect(toFloat16Bits(65519.996)).toBe(0x7bff);
    expect(toFloat16Bits(65520)).toBe(0x7c00);
    expect(toFloat16Bits(-1e30)).toBe(0xfc00);
    expect(toFloat16Bits(2 ** -24)).toBe(1);
    expect(toFloat16Bits(2 ** -25)).toBe(0);
    expect(toFloat16Bits(2 ** -25 * 1.001)).toBe(1);
    expect(toFloat16Bits(-0)).toBe(0x8000);
  });

  it('convert whole arrays', () => {
    const values = Float32Array.of(0.5, -2, 1000, Number.POSITIVE_INFINITY);
    expect(fromFloat16Array(toFloat16Array(values))).toEqual(values);
  });
});
