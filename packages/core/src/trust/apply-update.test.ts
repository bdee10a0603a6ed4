import { beforeEach, describe, expect, it } from 'vitest';
import { apiVersion } from '../schema/index.ts';
import { applyUpdate } from './apply-update.ts';
import { delegateFamily, describeTarget, makeRoot, makeTargets, signMetadata } from './author.ts';
import { isConflict } from './conflict.ts';
import { renewalDue, renewTimestamp } from './publish-snapshot.ts';
import { isRefusal } from './refusal.ts';
import { openRepository } from './repository.ts';
import { type SampleRepository, sampleRepository, sampleSigner } from './sample/index.ts';
import type { TargetFile, TargetsSigned } from './types.ts';

const now = new Date('2026-11-20T12:00:00Z');
const later = (hours: number): Date => new Date(now.valueOf() + hours * 3_600_000);
const release = 'families/acme/glyphs/releases/1.0.0.json';

let hub: SampleRepository;
beforeEach(async () => {
  hub = await sampleRepository(now);
});

const describeText = (text: string): Promise<TargetFile> =>
  describeTarget(new TextEncoder().encode(text));

/** A family role of the next version, signed as it should be, with these changes. */
async function familyRole(
  targets: Record<string, TargetFile>,
  changes: Partial<TargetsSigned> = {},
): Promise<Uint8Array> {
  const before = hub.repository.roles.get('acme.glyphs')!.signed;
  const signed = makeTargets({
    version: before.version + 1,
    now,
    targets: { ...before.targets, ...targets },
  });
  return signMetadata({ ...signed, ...changes }, [await hub.familySigner('acme/glyphs')]);
}

async function send(
  metadata: Record<string, Uint8Array>,
  targets: Record<string, string> = {},
): Promise<string> {
  const texts = Object.entries(metadata).map(([role, bytes]) => [
    role,
    new TextDecoder().decode(bytes),
  ]);
  const update = {
    apiVersion,
    kind: 'TrustUpdate',
    metadata: Object.fromEntries(texts),
    targets,
  } as const;
  const applied = await applyUpdate(hub.repository, update, hub.signers, now);
  if (isConflict(applied)) return `conflict: ${applied.message}`;
  return isRefusal(applied)
    ? `${applied.code}: ${applied.message}`
    : applied.files.map(({ path }) => path).join(' ');
}

describe('an update', () => {
  it('gives the files to publish, the timestamp last', async () => {
    const role = await familyRole({ [release]: await describeText('{}') });
    const files = await send({ 'acme.glyphs': role }, { [release]: '{}' });
    expect(files).toMatch(
      /^targets\/families\/acme\/glyphs\/releases\/[0-9a-f]{64}\.1\.0\.0\.json 2\.acme\.glyphs\.json 2\.snapshot\.json timestamp\.json$/,
    );
  });

  it('conflicts when its version is not the next', async () => {
    for (const version of [1, 3]) {
      const role = await familyRole({}, { version });
      expect(await send({ 'acme.glyphs': role })).toBe(
        `conflict: acme.glyphs.json: version ${version} was sent, and 2 comes next`,
      );
    }
  });

  it('conflicts when a release would change', async () => {
    await hub.publish('acme/glyphs', { [release]: '{"a":1}' }, now);
    const role = await familyRole({ [release]: await describeText('{"a":2}') });
    expect(await send({ 'acme.glyphs': role }, { [release]: '{"a":2}' })).toContain('conflict');
  });

  it('conflicts when a release would be dropped, so that none is replaced in two steps', async () => {
    await hub.publish('acme/glyphs', { [release]: '{"a":1}' }, now);
    const { targets } = hub.repository.roles.get('acme.glyphs')!.signed;
    const { [release]: _, ...rest } = targets;
    const role = await familyRole({}, { targets: rest });
    expect(await send({ 'acme.glyphs': role })).toMatch(/^conflict: .*1\.0\.0.*stays/);
  });

  it('may drop a channel or the policy', async () => {
    const role = await familyRole({}, { targets: {} });
    expect(await send({ 'acme.glyphs': role })).toContain('2.acme.glyphs.json');
  });

  it('is refused when it is signed by another key', async () => {
    const signed = makeTargets({ version: 2, now });
    const role = await signMetadata(signed, [await hub.familySigner('acme/other')]);
    expect(await send({ 'acme.glyphs': role })).toContain('trust-signature');
  });

  it('is refused for a role that nobody delegated', async () => {
    const role = await signMetadata(makeTargets({ version: 1, now }), [await sampleSigner(8)]);
    expect(await send({ 'acme.unknown': role })).toContain('trust-unknown');
  });

  it('is refused when it has expired already', async () => {
    expect(
      await send({ 'acme.glyphs': await familyRole({}, { expires: '2026-01-01T00:00:00Z' }) }),
    ).toContain('trust-expired');
  });

  it('is refused when a document is missing, differs, or nothing vouches for it', async () => {
    const role = await familyRole({ [release]: await describeText('{}') });
    expect(await send({ 'acme.glyphs': role })).toContain('trust-mismatch');
    expect(await send({ 'acme.glyphs': role }, { [release]: '[]' })).toContain('trust-digest');
    expect(
      await send({ 'acme.glyphs': role }, { [release]: '{}', 'families/acme/glyphs/x': '' }),
    ).toContain('trust-unknown');
  });

  it.each(['../x.json', 'families/acme/glyphs/../x.json', '/x', 'families//x'])(
    'is refused for the path %s',
    async (path) => {
      const role = await familyRole({ [path]: await describeText('{}') });
      expect(await send({ 'acme.glyphs': role }, { [path]: '{}' })).toContain('trust-format');
    },
  );

  it.each([
    `families/acme/glyphs/${'x'.repeat(250)}.json`,
    `families/acme/glyphs/channels/${'x'.repeat(65)}.json`,
    `families/acme/glyphs/releases/1.0.0-${'x'.repeat(60)}.json`,
    'families/acme/glyphs/releases/1.0.json',
    'families/acme/glyphs/releases/1.0.0.json.tmp',
    'families/acme/glyphs/releases',
    'families/acme/glyphs/channels/UPPER.json',
    'families/acme/glyphs/notes.json',
    'families/acme/glyphs/policy.json/x.json',
    'families/acme/glyphs/channels/a b.json',
  ])('is refused for what is neither release nor channel nor policy: %s', async (path) => {
    const role = await familyRole({ [path]: await describeText('{}') });
    expect(await send({ 'acme.glyphs': role }, { [path]: '{}' })).toContain('trust-format');
  });

  it('is refused when a role speaks for another family, whatever its paths', async () => {
    const path = 'families/acme/other/policy.json';
    const role = await familyRole({ [path]: await describeText('{}') });
    expect(await send({ 'acme.glyphs': role }, { [path]: '{}' })).toContain('trust-unknown');
    const { version, delegations } = hub.repository.targets.signed;
    const own = { [release]: await describeText('{}') };
    const targets = await signMetadata(
      makeTargets({ version: version + 1, now, delegations, targets: own }),
      [hub.signers.targets],
    );
    expect(await send({ targets }, { [release]: '{}' })).toContain('trust-unknown');
  });

  it.each(['snapshot', 'x', `acme.${'x'.repeat(250)}`])(
    'is refused when it delegates to a role that is no family: %s',
    async (name) => {
      const { version, delegations } = hub.repository.targets.signed;
      const [role] = delegations!.roles;
      const more = { ...delegations!, roles: [...delegations!.roles, { ...role!, name }] };
      const targets = await signMetadata(
        makeTargets({ version: version + 1, now, delegations: more }),
        [hub.signers.targets],
      );
      const file = await signMetadata(makeTargets({ version: 1, now }), [
        await hub.familySigner('acme/glyphs'),
      ]);
      expect(await send({ targets, [name]: file })).toContain('trust-format');
    },
  );

  it('is refused when it delegates a role without its metadata', async () => {
    const { version, delegations } = hub.repository.targets.signed;
    const more = await delegateFamily(delegations, 'acme/new', [(await sampleSigner(9)).key]);
    const targets = await signMetadata(
      makeTargets({ version: version + 1, now, delegations: more }),
      [hub.signers.targets],
    );
    expect(await send({ targets })).toContain('never sent');
  });

  it('is refused when its root leaves this hub no key', async () => {
    const stranger = await sampleSigner(50);
    const signed = await makeRoot({
      version: 2,
      now,
      keys: {
        root: [hub.signers.root.key],
        targets: [hub.signers.targets.key],
        snapshot: [stranger.key],
        timestamp: [hub.signers.timestamp.key],
      },
    });
    const root = await signMetadata(signed, [hub.signers.root]);
    expect(await send({ root })).toMatch(/trust-signature.*does not let this hub's online key/);
  });

  it('is refused without a root where there is none yet', async () => {
    const update = { apiVersion, kind: 'TrustUpdate', metadata: {}, targets: {} } as const;
    expect(await applyUpdate(undefined, update, hub.signers, now)).toMatchObject({
      code: 'trust-no-root',
    });
  });
});

describe('a repository', () => {
  it('opens again from its files', async () => {
    await hub.publish('acme/glyphs', { [release]: '{}' }, now);
    const opened = await openRepository(hub.root, async (path) => hub.files.get(path));
    if (isRefusal(opened)) throw new Error(opened.message);
    expect(opened.roles.get('acme.glyphs')?.signed.version).toBe(2);
    expect(opened.timestamp.bytes).toEqual(hub.repository.timestamp.bytes);
  });

  it('is due for renewal after half a timestamp, and then again', async () => {
    expect(renewalDue(hub.repository, later(11))).toBe(false);
    expect(renewalDue(hub.repository, later(13))).toBe(true);
    const renewed = await renewTimestamp(hub.repository, hub.signers, later(13));
    expect(renewed.files.map(({ path }) => path)).toEqual(['timestamp.json']);
    expect(renewalDue(renewed.repository, later(13))).toBe(false);
  });

  it('renews its snapshot too, after half of its week', async () => {
    const { files } = await renewTimestamp(hub.repository, hub.signers, later(24 * 4));
    expect(files.map(({ path }) => path)).toEqual(['2.snapshot.json', 'timestamp.json']);
  });

  it('never proves an earlier time than before, when its clock steps back', async () => {
    const ahead = await renewTimestamp(hub.repository, hub.signers, later(10));
    const back = await renewTimestamp(ahead.repository, hub.signers, later(5));
    expect(back.repository.timestamp.signed.issued).toBe('2026-11-20T22:00:00Z');
  });
});
