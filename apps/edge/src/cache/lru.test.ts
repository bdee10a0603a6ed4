import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLru } from './lru.ts';

describe('an LRU index', () => {
  it('lets the least recently used go first', () => {
    const lru = createLru();
    for (const key of ['a', 'b', 'c']) lru.touch(key, 10);
    lru.touch('a');
    lru.touch('unknown');
    expect(lru.surplus(15)).toEqual(['b', 'c']);
    expect([lru.bytes, lru.count]).toEqual([30, 3]);
  });

  it('keeps its sum right through any history', () => {
    const step = fc.record({
      key: fc.constantFrom('a', 'b', 'c', 'd'),
      size: fc.option(fc.nat(100), { nil: undefined }),
      forget: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step), fc.nat(200), (steps, limit) => {
        const lru = createLru();
        const model = new Map<string, number>();
        for (const { key, size, forget } of steps) {
          if (forget) {
            lru.forget(key);
            model.delete(key);
          } else {
            lru.touch(key, size);
            if (size !== undefined) model.set(key, size);
          }
        }
        expect(lru.bytes).toBe([...model.values()].reduce((a, b) => a + b, 0));
        for (const key of lru.surplus(limit)) lru.forget(key);
        expect(lru.bytes).toBeLessThanOrEqual(limit);
      }),
    );
  });
});
