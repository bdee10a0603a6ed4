import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from './canonical.ts';

describe('canonical JSON', () => {
  it('has no white space, sorted members and only two escapes', () => {
    expect(canonicalJson({ b: [1, true, null], a: 'x"\\\n\u0001é' })).toBe(
      '{"a":"x\\"\\\\\n\u0001é","b":[1,true,null]}',
    );
  });

  it('sorts members by code point, also beyond the basic plane', () => {
    const [private_, astral] = ['\ue000', '\u{1f600}'];
    expect(canonicalJson({ [astral]: 1, [private_]: 2, ab: 3, a: 4 })).toBe(
      `{"a":4,"ab":3,"${private_}":2,"${astral}":1}`,
    );
  });

  it('writes numbers as RFC 8785 does', () => {
    expect(canonicalJson([1.5, -0, 1e21, 1 / 3, 4.5, 2e-3])).toBe(
      '[1.5,0,1e+21,0.3333333333333333,4.5,0.002]',
    );
  });

  it('leaves undefined members out, as JSON does', () => {
    expect(canonicalJson({ a: undefined, b: 1 })).toBe('{"b":1}');
  });

  it('keeps a member that is named __proto__', () => {
    expect(canonicalJson(JSON.parse('{"__proto__":1,"a":2}'))).toBe('{"__proto__":1,"a":2}');
  });

  it.each([['\ud800'], [Number.NaN], [Number.POSITIVE_INFINITY], [() => 1], [1n]])(
    'has none for %s',
    (value) => {
      expect(() => canonicalJson([value])).toThrow(TypeError);
    },
  );

  it('ends at 64 levels instead of running out of stack', () => {
    let deep: unknown = 1;
    for (let level = 0; level < 100_000; level++) deep = [deep];
    expect(() => canonicalJson(deep)).toThrow('levels');
  });

  it('is the same for documents that JSON says are the same', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
        fc.pre(JSON.stringify(value).isWellFormed());
        const shuffled = JSON.parse(JSON.stringify(value), (_, member) =>
          member && typeof member === 'object' && !Array.isArray(member)
            ? Object.fromEntries(Object.entries(member).reverse())
            : member,
        );
        expect(canonicalJson(shuffled)).toBe(canonicalJson(value));
      }),
    );
  });
});
