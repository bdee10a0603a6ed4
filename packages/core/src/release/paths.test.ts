import fc from 'fast-check';
import { expect, it } from 'vitest';
import { channelPath, familyPlace, policyPath, releasePath } from './paths.ts';

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
