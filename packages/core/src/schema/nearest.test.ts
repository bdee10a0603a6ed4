import { describe, expect, it } from 'vitest';
import { nearest } from './nearest.ts';

describe('the nearest word', () => {
  it.each([
    ['sourc', 'source'],
    ['soruce', 'source'],
    ['Source', 'source'],
    ['precision', 'precisions'],
    ['tires', 'tiers'],
  ])('of %s is %s', (word, meant) => {
    expect(nearest(word, ['source', 'precisions', 'tiers', 'budget'])).toBe(meant);
  });
  it('is none when nothing is close', () => {
    expect(nearest('colour', ['source', 'tiers'])).toBeUndefined();
    expect(nearest('x'.repeat(10_000), ['source'])).toBeUndefined();
  });
});
