import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { channelPath, familySlug } from '@selvedge/core/release';
import { apiVersion } from '@selvedge/core/schema';
import { describeTarget, makeTargets, signMetadata } from '@selvedge/core/trust';
import { sampleRepository } from '@selvedge/core/trust/sample';
import { expect, it } from 'vitest';
import { openAuthority } from './authority.ts';
import { openPublishedFiles } from './published-files.ts';

const now = new Date('2026-11-20T12:00:00Z');
const families = ['acme/glyphs', 'acme/other'];

it('reads again only the families whose role changed, and holds only what is current', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'selvedge-authority-'));
  const sample = await sampleRepository(now, families);
  const published = await openPublishedFiles(dir);
  const authority = await openAuthority({ published, online: sample.signers, clock: () => now });
  const text = (path: string) => new TextDecoder().decode(sample.files.get(path));
  const fileOf = (path: string) =>
    [...sample.files.keys()].find((file) => file.includes(path.replace('stable.json', '')))!;

  await authority.update({
    apiVersion,
    kind: 'TrustUpdate',
    metadata: {
      root: text('1.root.json'),
      targets: text('1.targets.json'),
      ...Object.fromEntries(families.map((f) => [familySlug(f), text(`1.${familySlug(f)}.json`)])),
    },
    targets: Object.fromEntries(
      families.map((f) => channelPath(f, 'stable')).map((path) => [path, text(fileOf(path))]),
    ),
  });
  const [glyphs, other] = families.map((family) => authority.families().get(family));
  expect(other?.summary.channels).toEqual([{ channel: 'stable', version: '1.0.0' }]);
  const held = published.held;

  for (let version = 2; version <= 6; version++) {
    const path = channelPath('acme/glyphs', 'stable');
    const channel = text(fileOf(path)).replace('1.0.0', `1.${version}.0`);
    const targets = { [path]: await describeTarget(new TextEncoder().encode(channel)) };
    const role = await signMetadata(makeTargets({ version, now, targets }), [
      await sample.familySigner('acme/glyphs'),
    ]);
    await authority.update({
      apiVersion,
      kind: 'TrustUpdate',
      metadata: { 'acme.glyphs': new TextDecoder().decode(role) },
      targets: { [path]: channel },
    });
  }
  expect(authority.families().get('acme/other')).toBe(other);
  expect(authority.families().get('acme/glyphs')).not.toBe(glyphs);
  expect(authority.families().get('acme/glyphs')?.summary.channels[0]?.version).toBe('1.6.0');
  expect(published.held).toBe(held);
  await rm(dir, { recursive: true });
});
