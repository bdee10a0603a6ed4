import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseRange } from './range.ts';

it('gives a part that lies inside the body, or says that there is none', () => {
  fc.assert(
    fc.property(fc.string(), fc.nat(50), fc.nat(50), fc.nat(40), (junk, a, b, size) => {
      for (const header of [`bytes=${a}-${b}`, `bytes=${a}-`, `bytes=-${b}`, junk]) {
        const range = parseRange(header, size);
        if (range === undefined || range === 'none') continue;
        expect(range.start).toBeGreaterThanOrEqual(0);
        expect(range.start).toBeLessThan(range.end);
        expect(range.end).toBeLessThanOrEqual(size);
      }
    }),
  );
});

it('reads the forms of RFC 9110', () => {
  expect(parseRange('bytes=0-0', 10)).toEqual({ start: 0, end: 1 });
  expect(parseRange('bytes=5-', 10)).toEqual({ start: 5, end: 10 });
  expect(parseRange('bytes=-3', 10)).toEqual({ start: 7, end: 10 });
  expect(parseRange('bytes=0-99', 10)).toEqual({ start: 0, end: 10 });
  expect(parseRange('bytes=10-', 10)).toBe('none');
  expect(parseRange('bytes=-0', 10)).toBe('none');
  expect(parseRange('bytes=5-3', 10)).toBeUndefined();
  expect(parseRange('lines=0-3', 10)).toBeUndefined();
  expect(parseRange(undefined, 10)).toBeUndefined();
});
