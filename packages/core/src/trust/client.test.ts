import { beforeEach, describe, expect, it } from 'vitest';
import { delegateFamily, makeRoot, makeTargets, signMetadata } from './author.ts';
import { openTrustClient, type TrustClient } from './client.ts';
import { type Carrier, memoryTrustStore, type TrustStore } from './ports.ts';
import { isRefusal } from './refusal.ts';
import { type SampleRepository, sampleRepository, sampleSigner } from './sample/index.ts';
import type { Refusal } from './types.ts';

const start = new Date('2026-11-20T12:00:00Z');
const after = (hours: number): Date => new Date(start.valueOf() + hours * 3_600_000);
const glyphs = 'families/acme/glyphs/channels/stable.json';
const text = new TextEncoder();

let now = start;
let hub: SampleRepository;
let store: TrustStore;
beforeEach(async () => {
  now = start;
  hub = await sampleRepository(start, ['acme/glyphs', 'acme/other']);
  store = memoryTrustStore();
});

async function device(fetch: Carrier = hub.carrier, root = hub.root): Promise<TrustClient> {
  const client = await openTrustClient({ fetch, store, clock: () => now }, root);
  if (isRefusal(client)) throw new Error(client.message);
  return client;
}

/** Serves what the hub does, with some files replaced. */
const withFiles =
  (files: Record<string, Uint8Array | undefined>): Carrier =>
  async (path, options) => {
    if (!(path in files)) return hub.carrier(path, options);
    const bytes = files[path];
    return bytes ? { kind: 'found', bytes } : { kind: 'missing' };
  };

/** Changes one digit inside the file's signed part. */
const tampered = (path: string): Uint8Array => {
  const bytes = hub.files.get(path)!.slice();
  const at = new TextDecoder().decode(bytes).indexOf('"length":') + 9;
  bytes[at] = bytes[at] === 0x31 ? 0x32 : 0x31;
  return bytes;
};

const code = (outcome: unknown): string =>
  isRefusal(outcome) ? outcome.code : `accepted ${JSON.stringify(outcome)}`;
const read = async (client: TrustClient, path = glyphs): Promise<string> => {
  const bytes = await client.target(path);
  return isRefusal(bytes) ? bytes.code : new TextDecoder().decode(bytes);
};

describe('a device that refreshes', () => {
  it('finds a family document through the whole chain', async () => {
    const client = await device();
    expect(await client.refresh()).toEqual({ changed: true });
    expect(JSON.parse(await read(client))).toMatchObject({ channel: 'stable', version: '1.0.0' });
    expect(await read(client, 'families/acme/glyphs/releases/9.9.9.json')).toBe('trust-unknown');
  });

  it('asks once, conditionally, when nothing is new', async () => {
    const client = await device();
    await client.refresh();
    hub.requests.length = 0;
    expect(await client.refresh()).toEqual({ changed: false });
    expect(hub.requests).toEqual(['timestamp.json']);
  });

  it('sees a new version after a poll that had found nothing', async () => {
    const client = await device();
    await client.refresh();
    await client.refresh();
    await hub.publish('acme/glyphs', { [glyphs]: '{"version":"2.0.0"}' }, after(1));
    expect(await client.refresh()).toEqual({ changed: true });
    expect(await read(client)).toBe('{"version":"2.0.0"}');
  });

  it('loads only the roles that its own families need', async () => {
    const client = await device();
    await client.refresh();
    await client.find(glyphs);
    expect(hub.requests.filter((path) => path.includes('acme'))).toEqual(['1.acme.glyphs.json']);
  });

  it('reads a document of a role that its store has no room for', async () => {
    const { write } = store;
    store.write = async (role, bytes) => {
      if (role === 'acme.glyphs') throw new Error('no space left');
      await write(role, bytes);
    };
    const client = await device();
    await client.refresh();
    expect(await read(client)).toContain('"version":"1.0.0"');
  });

  it('finds its documents after a restart without a network', async () => {
    const first = await device();
    await first.refresh();
    await first.find(glyphs);
    now = after(24 * 40);
    const offline: Carrier = async () => {
      throw new Error('no network');
    };
    expect(isRefusal(await (await device(offline)).find(glyphs))).toBe(false);
  });

  it('refreshes one at a time', async () => {
    const client = await device();
    const outcomes = await Promise.all([client.refresh(), client.refresh(), client.refresh()]);
    expect(outcomes).toEqual([{ changed: true }, { changed: false }, { changed: false }]);
  });
});

describe('a carrier that is refused', () => {
  const found = () => [...hub.files.keys()].find((path) => path.startsWith('targets/families'))!;
  const spoiled: [string, () => Record<string, Uint8Array | undefined>][] = [
    ['a timestamp', () => ({ 'timestamp.json': hub.root })],
    ['a snapshot', () => ({ '1.snapshot.json': tampered('1.snapshot.json') })],
    ['a targets role', () => ({ '1.targets.json': undefined })],
    ['a family role', () => ({ '1.acme.glyphs.json': tampered('1.acme.glyphs.json') })],
    ['a document', () => ({ [found()]: hub.root })],
  ];
  let told: string[];
  async function among(bad: Carrier, again: Carrier, ...elsewhere: Carrier[]) {
    told = [];
    const client = await openTrustClient(
      {
        ...{ fetch: bad, again, elsewhere: () => elsewhere, store, clock: () => now },
        onRefused: (refusal) => told.push(refusal.code),
      },
      hub.root,
    );
    if (isRefusal(client)) throw new Error(client.message);
    const outcome = await client.refresh();
    return isRefusal(outcome) ? outcome.code : read(client);
  }

  it.each(spoiled)('with %s is asked past its caches, and nothing is told', async (_, files) => {
    const bad = withFiles(files());
    expect(await among(bad, hub.carrier)).toContain('"version":"1.0.0"');
    expect(told).toEqual([]);
  });

  it.each(spoiled)('with %s again gives way to the next, and is told', async (_, files) => {
    const bad = withFiles(files());
    expect(await among(bad, bad, hub.carrier)).toContain('"version":"1.0.0"');
    expect(told).toHaveLength(1);
  });

  it.each(spoiled)('with %s everywhere is refused', async (_, files) => {
    const bad = withFiles(files());
    expect(await among(bad, bad, bad)).toMatch(/^trust-/);
    expect(told).toEqual([]);
  });

  it('stays refused when nobody else answers', async () => {
    const away: Carrier = async () => {
      throw new Error('no network');
    };
    const bad = withFiles({ 'timestamp.json': hub.root });
    expect(await among(bad, away, away)).toBe('trust-format');
  });

  it('that froze does not keep a device from what is fresh elsewhere', async () => {
    const before = new Map(hub.files);
    const stale: Carrier = async (path) => {
      const bytes = before.get(path);
      return bytes ? { kind: 'found', bytes } : { kind: 'missing' };
    };
    await (await device()).refresh();
    now = after(30);
    await hub.renew(now);
    expect(await among(stale, stale, hub.carrier)).toContain('"version":"1.0.0"');
    expect(told).toEqual(['trust-expired']);
  });

  it('is not asked twice about what nobody signed, nor about the clock', async () => {
    await (await device()).refresh();
    hub.requests.length = 0;
    now = after(-24 * 365);
    expect(await among(hub.carrier, hub.carrier, hub.carrier)).toBe('trust-clock');
    expect(hub.requests).toEqual(['2.root.json']);
  });
});

describe('what a device refuses', () => {
  it('a timestamp older than one it has seen', async () => {
    const old = hub.files.get('timestamp.json')!;
    await hub.renew(after(1));
    const client = await device();
    await client.refresh();
    const again = await device(withFiles({ 'timestamp.json': old }));
    expect(code(await again.refresh())).toBe('trust-rollback');
    expect(code(await again.find(glyphs))).toContain('accepted');
  });

  it('a frozen repository, once its timestamp has expired', async () => {
    const client = await device();
    await client.refresh();
    now = after(25);
    expect(code(await client.refresh())).toBe('trust-expired');
    const fresh = await device();
    expect(code(await fresh.refresh())).toBe('trust-expired');
  });

  it('a clock that was set back a year, before and after a restart', async () => {
    const client = await device();
    await client.refresh();
    now = after(-24 * 365);
    expect(code(await client.refresh())).toBe('trust-clock');
    expect(code(await (await device()).refresh())).toBe('trust-clock');
    now = after(-23);
    expect(await client.refresh()).toEqual({ changed: false });
  });

  it('a clock a year behind at the first refresh, which the timestamp itself proves', async () => {
    now = after(-24 * 365);
    expect(code(await (await device()).refresh())).toBe('trust-clock');
  });

  it('a clock that was set back a year, though the floor was lost', async () => {
    await (await device()).refresh();
    await store.writeFloor(undefined);
    now = after(-24 * 365);
    const client = await device();
    expect(client.state.floor?.at).toBe('2026-11-20T12:00:00Z');
    expect(code(await client.refresh())).toBe('trust-clock');
  });

  it('an expired timestamp under a clock that was set back within the tolerance', async () => {
    const old = hub.files.get('timestamp.json')!;
    await hub.renew(after(40));
    now = after(40);
    await (await device()).refresh();
    await store.remove('timestamp');
    now = after(20);
    expect(code(await (await device(withFiles({ 'timestamp.json': old }))).refresh())).toBe(
      'trust-expired',
    );
  });

  it.each(['1.snapshot.json', '1.targets.json'])('a tampered %s', async (path) => {
    const client = await device(withFiles({ [path]: tampered(path) }));
    expect(code(await client.refresh())).toBe('trust-digest');
    expect(code(await client.find(glyphs))).toBe('trust-unknown');
  });

  it('a tampered family role, without keeping other families from their documents', async () => {
    const path = '1.acme.glyphs.json';
    const client = await device(withFiles({ [path]: tampered(path) }));
    await client.refresh();
    expect(await read(client)).toBe('trust-digest');
    expect(JSON.parse(await read(client, 'families/acme/other/channels/stable.json'))).toBeTruthy();
  });

  it('a document with other bytes, or with more of them', async () => {
    const found = [...hub.files.keys()].find((path) =>
      path.startsWith('targets/families/acme/glyphs'),
    )!;
    const other = hub.files.get(found)!.slice().fill(0x20);
    const client = await device(withFiles({ [found]: other }));
    await client.refresh();
    expect(await read(client)).toBe('trust-digest');
    const endless: Carrier = async (path, options) =>
      path === found ? { kind: 'too-large' } : hub.carrier(path, options);
    const second = await device(endless);
    await second.refresh();
    expect(await read(second)).toBe('trust-too-large');
  });

  it('one family speaking for another', async () => {
    const stolen = 'families/acme/other/channels/stable.json';
    const signed = makeTargets({
      version: 2,
      now,
      targets: { [stolen]: { length: 2, hashes: { sha256: '0'.repeat(64) } } },
    });
    const bytes = await signMetadata(signed, [await hub.familySigner('acme/glyphs')]);
    const update = hub.apply({ 'acme.glyphs': bytes }, { [stolen]: '{}' }, now);
    await expect(update).rejects.toThrow('may not speak for this path');
  });

  it('a root that is not signed by its own keys', async () => {
    const bytes = text.encode(new TextDecoder().decode(hub.root).replace(/"sig":"../, '"sig":"00'));
    const opened = await openTrustClient({ fetch: hub.carrier, store, clock: () => now }, bytes);
    expect((opened as Refusal).code).toBe('trust-signature');
  });

  it('to go on without a root', async () => {
    const opened = await openTrustClient({ fetch: hub.carrier, store, clock: () => now });
    expect((opened as Refusal).code).toBe('trust-no-root');
  });
});

describe('a store with damaged files', () => {
  it.each(['timestamp', 'snapshot', 'targets', 'acme.glyphs'])(
    'recovers from a damaged %s',
    async (role) => {
      const client = await device();
      await client.refresh();
      await client.find(glyphs);
      await store.write(role, text.encode('{"signed":{'));
      const again = await device();
      expect(await again.refresh()).toMatchObject({ changed: expect.any(Boolean) });
      expect(JSON.parse(await read(again))).toBeTruthy();
    },
  );

  it('keeps the floor when the timestamp is lost', async () => {
    await hub.renew(after(30));
    now = after(30);
    await (await device()).refresh();
    await store.write('timestamp', text.encode('torn'));
    now = after(1);
    expect(code(await (await device()).refresh())).toBe('trust-clock');
  });

  it('starts over from the given root when its own is lost', async () => {
    await (await device()).refresh();
    await store.write('root', text.encode('torn'));
    expect(code(await (await device()).refresh())).toContain('accepted');
  });
});

describe('a rotation of keys', () => {
  async function rotate(roles: Partial<Record<'root' | 'timestamp' | 'snapshot', number>>) {
    const signers = { ...hub.signers };
    for (const [role, seed] of Object.entries(roles)) {
      signers[role as 'root'] = await sampleSigner(seed);
    }
    const root = await makeRoot({
      version: hub.repository.root.signed.version + 1,
      now,
      keys: {
        root: [signers.root.key],
        targets: [signers.targets.key],
        snapshot: [signers.snapshot.key],
        timestamp: [signers.timestamp.key],
      },
    });
    const bytes = await signMetadata(root, [hub.signers.root, signers.root]);
    Object.assign(hub.signers, signers);
    await hub.apply({ root: bytes }, {}, now);
  }

  it('of the root is followed, through every version in between', async () => {
    const client = await device();
    await client.refresh();
    await rotate({ root: 21 });
    await rotate({ root: 22 });
    expect(await client.refresh()).toEqual({ changed: true });
    expect(client.state.root.signed.version).toBe(3);
    expect(JSON.parse(await read(client))).toBeTruthy();
  });

  it('of the timestamp key forgets a time that the stolen key had proved', async () => {
    const client = await device();
    await client.refresh();
    await hub.renew(after(24 * 365 * 50));
    expect(code(await client.refresh())).toBe('trust-clock');
    expect(code(await client.refresh())).toBe('trust-clock');
    await rotate({ timestamp: 41 });
    expect(code(await client.refresh())).toContain('accepted');
    expect(client.state.floor?.at).toBe('2026-11-20T12:00:00Z');
  });

  it('of a family key needs the family to sign again', async () => {
    const next = await sampleSigner(77);
    const { version, delegations } = hub.repository.targets.signed;
    const rotated = makeTargets({
      version: version + 1,
      now,
      delegations: await delegateFamily(delegations, 'acme/glyphs', [next.key]),
    });
    const targets = await signMetadata(rotated, [hub.signers.targets]);
    await expect(hub.apply({ targets }, {}, now)).rejects.toThrow('acme.glyphs.json: 0 of 1');
    const { targets: listed } = hub.repository.roles.get('acme.glyphs')!.signed;
    const family = await signMetadata(makeTargets({ version: 2, now, targets: listed }), [next]);
    await hub.apply({ targets, 'acme.glyphs': family }, {}, now);
    const client = await device();
    await client.refresh();
    expect(JSON.parse(await read(client))).toBeTruthy();
  });
});
