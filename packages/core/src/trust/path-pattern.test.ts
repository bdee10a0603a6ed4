import { describe, expect, it } from 'vitest';
import { matchesPattern } from './path-pattern.ts';

describe('a path pattern', () => {
  it.each([
    ['families/acme/glyphs/policy.json', 'families/acme/glyphs/*'],
    ['families/acme/glyphs/releases/1.0.0.json', 'families/acme/glyphs/*/*'],
    ['foo-1.tgz', 'foo-?.tgz'],
    ['a.b.c', '*.*.*'],
    ['', '*'],
    ['b.py', '[abc].py'],
    ['m', '[a-z]'],
    ['m', '[!a-c]'],
    ['-', '[a-]'],
    [']', '[]]'],
    ['[x', '[x'],
    ['.hidden', '*'],
  ])('covers %s by %s', (path, pattern) => {
    expect(matchesPattern(path, pattern)).toBe(true);
  });

  it.each([
    ['families/acme/glyphs/releases/1.0.0.json', 'families/acme/glyphs/*'],
    ['families/acme/glyphs', 'families/acme/glyphs/*'],
    ['families/acme/other/policy.json', 'families/acme/glyphs/*'],
    ['README.MD', '*.md'],
    ['foo-alpha.tgz', 'foo-?.tgz'],
    ['a/b', '?????'],
    ['b', '[!a-c]'],
    ['aXc', 'a.c'],
  ])('does not cover %s by %s', (path, pattern) => {
    expect(matchesPattern(path, pattern)).toBe(false);
  });

  it('takes no exponential time', () => {
    const started = performance.now();
    expect(matchesPattern('a'.repeat(5000), `${'*a'.repeat(200)}b`)).toBe(false);
    expect(performance.now() - started).toBeLessThan(2000);
  });
});
