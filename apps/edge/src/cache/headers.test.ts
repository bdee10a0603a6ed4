import { describe, expect, it } from 'vitest';
import { asksAnew, endToEnd, mayStore } from './headers.ts';

describe('headers at an intermediary', () => {
  it('of one connection do not travel on, named ones included', () => {
    const list = [
      ['Connection', 'close, X-Mine'],
      ['x-mine', '1'],
      ['Transfer-Encoding', 'chunked'],
      ['Set-Cookie', 'a'],
      ['Set-Cookie', 'b'],
    ] as const;
    expect(endToEnd(list)).toEqual([list[3], list[4]]);
  });

  it.each([
    [{}, true],
    [{ 'cache-control': 'public, max-age=9' }, true],
    [{ 'cache-control': 'no-cache' }, true],
    [{ 'cache-control': 'max-age=9,no-store' }, false],
    [{ 'cache-control': 'Private' }, false],
    [{ vary: 'Accept, accept-encoding' }, true],
    [{ vary: 'Cookie' }, false],
    [{ vary: '*' }, false],
  ])('%j may be stored: %s', (headers, expected) => {
    expect(mayStore(headers as Record<string, string>)).toBe(expected);
  });

  it('may ask for what the origin has now', () => {
    expect(asksAnew({ 'cache-control': 'no-cache' })).toBe(true);
    expect(asksAnew({ 'cache-control': 'max-age=0' })).toBe(true);
    expect(asksAnew({ pragma: 'no-cache' })).toBe(true);
    expect(asksAnew({ 'cache-control': 'max-age=05', pragma: 'no-cache' })).toBe(false);
    expect(asksAnew({})).toBe(false);
  });
});
