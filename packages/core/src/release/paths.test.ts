import fc from 'fast-check';
import { Check } from 'typebox/value';
import { expect, it } from 'vitest';
import { Slug, Version } from '../schema/index.ts';
import { channelPath, familyPlace, policyPath, releasePath, variantTag } from './paths.ts';

it('reads every path back that it makes', () => {
  const part = fc.stringMatching(/^[a-z0-9](?:[a-z0-9-]{0,20}[a-z0-9])?$/);
  const version = fc.stringMatching(/^[1-9]\d?\.\d\.\d(-[0-9A-Za-z.-]{1,9})?$/);
  fc.assert(
    fc.property(part, part, part, version, (owner, name, channel, release) => {
      const family = `${owner}/${name}`;
      expect(familyPlace(releasePath(family, release))).toEqual({
        family,
        kind: 'release',
        version: release,
      });
      expect(familyPlace(channelPath(family, channel))).toEqual({
        family,
        kind: 'channel',
        channel,
      });
      expect(familyPlace(policyPath(family))).toEqual({ family, kind: 'policy' });
    }),
  );
});

it('knows no other path, and none that is too long for a file name', () => {
  for (const path of [
    'families/acme/policy.json',
    'families/acme/glyphs/policy.json.tmp',
    'families/acme/glyphs/policyxjson',
    'families/../glyphs/policy.json',
    'families/Acme/glyphs/policy.json',
    `families/${'a'.repeat(64)}/${'b'.repeat(64)}/policy.json`,
    `families/acme/glyphs/channels/${'x'.repeat(65)}.json`,
  ]) {
    expect([path, familyPlace(path)]).toEqual([path, undefined]);
  }
});

it('gives every variant a tag that is a registry’s, and no version and no other variant’s', () => {
  const version = fc.stringMatching(/^[1-9]\.\d\.\d(-[0-9A-Za-z.-]{1,56})?$/);
  const variant = fc.stringMatching(/^[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?$/);
  fc.assert(
    fc.property(version, variant, version, variant, (a, x, b, y) => {
      fc.pre(Check(Version, a) && Check(Slug, x) && Check(Version, b) && Check(Slug, y));
      // Distribution specification 1.1, "Pulling manifests".
      expect(variantTag(a, x)).toMatch(/^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/);
      expect(Check(Version, variantTag(a, x))).toBe(false);
      if (a !== b || x !== y) expect(variantTag(a, x)).not.toBe(variantTag(b, y));
    }),
  );
  const longest = `1.0.0-${'x'.repeat(100)}`;
  expect(Check(Version, longest.slice(0, 63)) && !Check(Version, longest.slice(0, 64))).toBe(true);
});
