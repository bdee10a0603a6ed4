import { describe, expect, it } from 'vitest';
import { noneMatch, rangeApplies } from './entity-tag.ts';

describe('a condition on an entity tag', () => {
  it.each([
    ['"a"', '"a"', true],
    ['W/"a"', '"a"', true],
    ['"b", "a"', 'W/"a"', true],
    ['*', '"a"', true],
    ['"b"', '"a"', false],
    ['"a"', undefined, false],
    [undefined, '"a"', false],
  ])('If-None-Match %s names %s: %s', (header, etag, expected) => {
    expect(noneMatch(header, etag)).toBe(expected);
  });

  it('lets a Range count only where If-Range holds, strongly', () => {
    expect(
      [undefined, '"a"', 'W/"a"', 'Fri, 20 Nov 2026 00:00:00 GMT'].map((value) =>
        rangeApplies(value, '"a"'),
      ),
    ).toEqual([true, true, false, false]);
  });
});
