import { Type } from 'typebox';
import { describe, expect, it } from 'vitest';
import { checkCritical, parseDocument, parseWireDocument } from './parse.ts';
import { Digest, Slug, Tier, Version } from './scalars.ts';

const strict = { additionalProperties: false } as const;
const Document = Type.Object(
  {
    kind: Type.Literal('Sample'),
    tier: Tier,
    version: Type.Optional(Version),
    digest: Type.Optional(Digest),
    share: Type.Optional(
      Type.Number({ minimum: 0, maximum: 1, description: 'a fraction between 0 and 1' }),
    ),
    positive: Type.Optional(Type.Integer({ exclusiveMinimum: 0 })),
    names: Type.Optional(Type.Array(Slug, { minItems: 1, maxItems: 2 })),
    either: Type.Optional(Type.Union([Type.Number(), Type.Null()])),
    text: Type.Optional(Type.String({ minLength: 2, maxLength: 3 })),
    table: Type.Optional(Type.Record(Slug, Tier, strict)),
    inner: Type.Optional(Type.Object({ source: Type.String() }, strict)),
  },
  strict,
);
const good = { kind: 'Sample', tier: 'device' };

function refusal(value: unknown): string {
  try {
    parseDocument(Document, value, 'x.yaml');
  } catch (caught) {
    const { code, message, hint } = caught as { code: string; message: string; hint: string };
    expect(code).toBe('bad-document');
    return hint ? `${message}: ${hint}` : message;
  }
  return 'accepted';
}

describe('a document that does not fit its schema', () => {
  it.each([
    [null, 'x.yaml: must be a mapping of keys to values, not null'],
    [{ ...good, tier: undefined }, 'x.yaml: tier is missing'],
    [{ tier: 'device' }, 'x.yaml: kind is missing'],
    [{ ...good, kind: 'Smaple' }, 'x.yaml: kind must be "Sample", not "Smaple"'],
    [{ ...good, tier: 'fog' }, 'x.yaml: tier must be one of "device", "edge", "cloud", not "fog"'],
    [{ ...good, verson: '1' }, 'x.yaml: unknown key "verson": did you mean "version"?'],
    [
      { ...good, inner: { sorce: 'a' } },
      'x.yaml: inner unknown key "sorce": did you mean "source"?',
    ],
    [
      { ...good, inner: { path: 'a', source: 'b' } },
      'x.yaml: inner unknown key "path": known are source',
    ],
    [{ ...good, inner: {} }, 'x.yaml: inner.source is missing'],
    [
      { ...good, version: 'one' },
      'x.yaml: version must be a semantic version such as 1.0.0, not "one"',
    ],
    [
      { ...good, digest: 'md5:0' },
      'x.yaml: digest must be sha256: and 64 hex digits in lower case, not "md5:0"',
    ],
    [
      { ...good, share: 98 },
      'x.yaml: share must be at most 1, not 98: it is a fraction between 0 and 1',
    ],
    [
      { ...good, share: -1 },
      'x.yaml: share must be at least 0, not -1: it is a fraction between 0 and 1',
    ],
    [
      { ...good, share: '0.5' },
      'x.yaml: share must be a number, not "0.5": it is a fraction between 0 and 1',
    ],
    [
      { ...good, share: Number.NaN },
      'x.yaml: share must be a number, not NaN: it is a fraction between 0 and 1',
    ],
    [{ ...good, positive: 0 }, 'x.yaml: positive must be more than 0, not 0'],
    [{ ...good, positive: 1.5 }, 'x.yaml: positive must be a whole number, not 1.5'],
    [{ ...good, names: [] }, 'x.yaml: names must have at least 1 items'],
    [{ ...good, names: ['a', 'b', 'c'] }, 'x.yaml: names must have at most 2 items'],
    [
      { ...good, names: ['a', 'B'] },
      'x.yaml: names.1 must be lower case letters, digits and inner . _ -, not "B"',
    ],
    [{ ...good, either: 'x' }, 'x.yaml: either must be a number or null, not "x"'],
    [{ ...good, text: 'a' }, 'x.yaml: text must have at least 2 characters'],
    [{ ...good, text: 'abcd' }, 'x.yaml: text must have at most 3 characters'],
    [
      { ...good, table: { a: 'fog' } },
      'x.yaml: table.a must be one of "device", "edge", "cloud", not "fog"',
    ],
    [{ ...good, table: { A: 'edge' } }, 'x.yaml: table.A is no key that may stand here'],
  ])('%j is refused in words', (value, message) => {
    expect(refusal(value)).toContain(message);
  });

  it('is refused on one line, however long or broken its values are', () => {
    expect(refusal({ ...good, version: 'a\nb'.repeat(1000) }).split('\n')).toHaveLength(1);
    expect(refusal({ ...good, version: 'x'.repeat(100_000) }).length).toBeLessThan(250);
  });

  it('names source and field for programs', () => {
    expect(() => parseDocument(Document, { ...good, share: 2 }, 'x.yaml')).toThrow(
      expect.objectContaining({ details: { from: 'x.yaml', field: 'share' } }),
    );
  });
});

describe('a document that fits', () => {
  it('is returned as it is', () => {
    expect(parseDocument(Document, good, 'x.yaml')).toBe(good);
  });
});

describe('a wire document', () => {
  const Note = Type.Object({
    text: Type.String(),
    critical: Type.Optional(Type.Array(Type.String())),
  });

  it('is read with keys that this version does not know, unless it says that they matter', () => {
    const note = { text: 'hello', voice: 'loud' };
    expect(parseWireDocument(Note, { ...note, critical: ['text'] }, 'note')).toMatchObject(note);
    expect(() => parseWireDocument(Note, { ...note, critical: ['voice'] }, 'note')).toThrow(
      'note: needs a reader that knows voice',
    );
    expect(() => parseWireDocument(Note, { text: 1 }, 'note')).toThrow('note: text');
  });
});

describe('critical keys', () => {
  it('stop a reader that does not know them', () => {
    expect(() => checkCritical({ critical: ['a', 'b'] }, ['a'], 'x.json')).toThrow(
      'x.json: needs a reader that knows b',
    );
    expect(() => checkCritical({ critical: ['a'] }, ['a'], 'x.json')).not.toThrow();
    expect(() => checkCritical({}, [], 'x.json')).not.toThrow();
  });
});
