import { apiVersion } from '@selvedge/core/schema';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newestFirst, readFamilies } from './published-families.ts';

const bytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
const digest = `sha256:${'a'.repeat(64)}`;
const descriptor = { mediaType: 'x', digest, size: 1 };
const release = (family: string, version: string) => ({
  apiVersion,
  kind: 'Release',
  family,
  version,
  createdAt: '2026-11-20T00:00:00Z',
  index: descriptor,
  inputs: [],
  outputs: [],
  variants: [
    {
      id: 'fp32',
      tier: 'device',
      precision: 'fp32',
      engine: 'onnxruntime',
      opset: 17,
      manifest: descriptor,
      bytes: 1,
      workload: { macs: 1, weightBytes: 1, activationBytes: 1, peakMemoryBytes: 1, nodes: 1 },
      latency: [],
    },
  ],
});
const channel = (family: string, name: string, version: string) => ({
  apiVersion,
  kind: 'Channel',
  family,
  channel: name,
  version,
});

describe('families read from signed targets', () => {
  it('show versions newest first, channels and policy', () => {
    const families = readFamilies([
      ['families/acme/glyphs/releases/1.0.0.json', bytes(release('acme/glyphs', '1.0.0'))],
      ['families/acme/glyphs/releases/1.10.0.json', bytes(release('acme/glyphs', '1.10.0'))],
      ['families/acme/glyphs/releases/1.9.0.json', bytes(release('acme/glyphs', '1.9.0'))],
      [
        'families/acme/glyphs/channels/stable.json',
        bytes(channel('acme/glyphs', 'stable', '1.9.0')),
      ],
      ['families/acme/glyphs/policy.json', bytes({ kind: 'Policy' })],
    ]);
    const { summary, policy, releases } = families.get('acme/glyphs')!;
    expect(summary).toEqual({
      family: 'acme/glyphs',
      versions: ['1.10.0', '1.9.0', '1.0.0'],
      channels: [{ channel: 'stable', version: '1.9.0' }],
    });
    expect(policy).toEqual({ kind: 'Policy' });
    expect(releases.get('1.9.0')?.channels).toEqual(['stable']);
  });

  it('refuse a document that stands where another belongs', () => {
    const misplaced = bytes(release('acme/other', '1.0.0'));
    expect(() => readFamilies([['families/acme/glyphs/releases/1.0.0.json', misplaced]])).toThrow(
      expect.objectContaining({ code: 'bad-document' }),
    );
  });

  it('refuse what is not JSON', () => {
    const noise = Uint8Array.of(0xff, 0xfe);
    expect(() => readFamilies([['families/acme/glyphs/policy.json', noise]])).toThrow(
      expect.objectContaining({ code: 'bad-document' }),
    );
  });
});

describe('versions', () => {
  it('are ordered as semver.org 2.0.0 §11 lists them', () => {
    const ascending = [
      '1.0.0-alpha',
      '1.0.0-alpha.1',
      '1.0.0-alpha.beta',
      '1.0.0-beta',
      '1.0.0-beta.2',
      '1.0.0-beta.11',
      '1.0.0-rc.1',
      '1.0.0',
      '2.0.0',
      '2.1.0',
      '2.1.1',
    ];
    fc.assert(
      fc.property(fc.shuffledSubarray(ascending, { minLength: ascending.length }), (shuffled) => {
        expect(shuffled.sort(newestFirst)).toEqual([...ascending].reverse());
      }),
    );
  });
});
