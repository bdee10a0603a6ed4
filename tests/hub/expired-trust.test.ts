import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { initKeys, type KeyRole, openKeys } from '@selvedge/forge/keys';
import { type Published, type PublishOptions, publish, rotateKey } from '@selvedge/forge/publish';
import { type Hub, startHub } from '@selvedge/hub';
import { openTrust, type Trust } from '@selvedge/node/trust';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type TinyBuildOptions, tinyBuild } from '../support/tiny-build.ts';

const scratch = await mkdtemp(join(tmpdir(), 'selvedge-expired-'));
afterAll(() => rm(scratch, { recursive: true }));

const family = 'acme/glyphs';
const start = Date.parse('2026-11-20T12:00:00Z');
let now: Date;
let dir: string;
let keys: string;
let hub: Hub;
let said: string[];

const openHub = (): Promise<Hub> =>
  startHub({
    dataDir: join(dir, 'hub'),
    port: 0,
    dev: true,
    logLevel: 'silent',
    clock: () => now,
  });

beforeEach(async () => {
  now = new Date(start);
  said = [];
  dir = await mkdtemp(join(scratch, 't-'));
  keys = join(dir, 'keys');
  await initKeys(keys);
  hub = await openHub();
});
afterEach(() => hub.close());

/** The hub is started again on a later day, when it renews what its own keys sign. */
async function onDay(day: number): Promise<void> {
  now = new Date(start + day * 24 * 3_600_000);
  await hub.close();
  hub = await openHub();
}

let builds = 0;
async function send(options: TinyBuildOptions & Partial<PublishOptions> = {}): Promise<Published> {
  const buildDir = await tinyBuild(join(dir, `build-${builds++}`), options);
  const onProgress = (text: string): void => void said.push(text);
  return publish({ hub: hub.url, keys, now, onProgress, ...options, version: undefined, buildDir });
}

const rotate = (role: KeyRole) =>
  rotateKey({ keys, role, hub: hub.url, now, onProgress: (text) => void said.push(text) });

/** A device that has the first root, and its clock right. */
const device = (): Promise<Trust> =>
  openTrust({
    dir: join(dir, 'device'),
    origins: [hub.url],
    trustRoot: join(dir, 'first-root.json'),
    clock: () => now,
  });

/** What a device gets to know of the release: its version, or the code of the refusal. */
async function seen(): Promise<string | undefined> {
  const trust = await device();
  try {
    await trust.refresh();
    return (await trust.channel(family, 'stable'))?.version;
  } catch (caught) {
    return (caught as { code: string }).code;
  }
}

async function found(): Promise<void> {
  await send();
  await cp(join(keys, 'root.json'), join(dir, 'first-root.json'));
  expect(await seen()).toBe('1.0.0');
}

/** Published on day 0; on day 200 all but one role are signed anew. On day 370 that one has expired. */
const lapse: Readonly<Record<string, () => Promise<unknown>>> = {
  'root.json': () => rotate({ family }),
  'targets.json': async () => {
    await rotate('root');
    await send({ version: '1.0.1', model: 'between' });
  },
  'acme.glyphs.json': () => rotate('targets'),
};

describe.each(Object.keys(lapse))('an expired %s', (file) => {
  beforeEach(async () => {
    await found();
    await onDay(200);
    await lapse[file]!();
    await onDay(370);
    said = [];
  });

  it('stops devices, until a publish by whoever holds its key', async () => {
    expect(await seen()).toBe('trust-expired');
    await send({ version: '1.1.0', model: 'next' });
    expect(said).toContain(`renewed ${file}: it had expired`);
    expect(said.filter((line) => line.startsWith('renewed '))).toHaveLength(1);
    expect(await seen()).toBe('1.1.0');
  });

  it('is renewed by a key rotation too', async () => {
    const role: KeyRole =
      file === 'root.json' ? 'root' : file === 'targets.json' ? 'targets' : { family };
    await rotate(role);
    expect(said).toEqual([`renewed ${file}: it had expired`]);
    expect(await seen()).toMatch(/^1\./);
  });

  it('is left as it is by a publisher without its key, who is told which one', async () => {
    const key =
      file === 'root.json'
        ? 'root.pem'
        : file === 'targets.json'
          ? 'targets.pem'
          : 'families/acme.glyphs.pem';
    await rm(join(keys, key));
    const sent: string[] = [];
    const watch: typeof fetch = (url, init) => {
      if (init?.method && init.method !== 'GET') sent.push(`${init.method} ${url}`);
      return fetch(url, init);
    };
    await expect(send({ version: '1.1.0', model: 'next', fetch: watch })).rejects.toMatchObject({
      code: 'trust-expired',
      message: expect.stringContaining(join(keys, key)),
      hint: expect.stringMatching(/[0-9a-f]{64}/),
    });
    expect(sent).toEqual([]);
    expect(await seen()).toBe('trust-expired');
  });
});

describe('a fabric that nobody published to for years', () => {
  beforeEach(async () => {
    await found();
    await onDay(1000);
  });

  it('is whole again after one publish that changes nothing', async () => {
    expect(await seen()).toBe('trust-expired');
    expect(await send()).toMatchObject({ changed: false });
    expect(said.filter((line) => line.startsWith('renewed '))).toEqual(
      ['root.json', 'targets.json', 'acme.glyphs.json'].map(
        (file) => `renewed ${file}: it had expired`,
      ),
    );
    expect(await seen()).toBe('1.0.0');
    expect((await openKeys(keys).root())?.signed.version).toBe(2);
  });

  it('gets there when two publish at once', async () => {
    await Promise.all([
      send({ version: '1.1.0', model: 'a' }),
      send({ version: '1.2.0', model: 'b' }),
    ]);
    expect(await seen()).toBe('1.2.0');
  });

  it('is not renewed for a carrier that plays what it once was', async () => {
    const old = await readFile(join(dir, 'device', 'timestamp.json'));
    const replay: typeof fetch = async (url, init) =>
      String(url).endsWith('/trust/timestamp.json') ? new Response(old) : fetch(url, init);
    await expect(send({ fetch: replay })).rejects.toMatchObject({
      code: 'trust-expired',
      details: { subject: 'timestamp.json' },
    });
    expect((await openKeys(keys).root())?.signed.version).toBe(1);
    expect(await seen()).toBe('trust-expired');
  });

  it('follows a root key that was replaced without the hub', async () => {
    await rotateKey({ keys, role: 'root', now });
    await send();
    expect(await seen()).toBe('1.0.0');
  });
});

describe('a publish without the keys it needs', () => {
  const sent: string[] = [];
  const watch: typeof fetch = (url, init) => {
    if (init?.method && init.method !== 'GET') sent.push(`${init.method} ${url}`);
    return fetch(url, init);
  };
  const refused = async (
    options: TinyBuildOptions & Partial<PublishOptions>,
    expected: { code: string; message: string; hint: RegExp },
  ): Promise<void> => {
    sent.length = 0;
    await expect(send({ ...options, fetch: watch })).rejects.toMatchObject({
      code: expected.code,
      message: expect.stringContaining(expected.message),
      hint: expect.stringMatching(expected.hint),
    });
    expect(sent).toEqual([]);
  };

  it.each(['root', 'targets'])('sends nothing to a new hub that needs %s.pem', async (role) => {
    await rm(join(keys, `${role}.pem`));
    const message = `${join(keys, `${role}.pem`)} is missing`;
    await refused({}, { code: 'trust-no-root', message, hint: /selvedge keys init --out/ });
  });

  it('sends nothing of a family whose key is missing, or another', async () => {
    await found();
    const file = join(keys, 'families', 'acme.glyphs.pem');
    await rm(file);
    const next = { version: '2.0.0', model: 'next' };
    const hint = /put the private key [0-9a-f]{64} there/;
    await refused(next, { code: 'trust-signature', message: `${file} is missing`, hint });
    await openKeys(keys).make({ family });
    await refused(next, { code: 'trust-signature', message: `${file} is key`, hint });
  });

  it('sends nothing of a new family when the key of targets is missing', async () => {
    await found();
    const file = join(keys, 'targets.pem');
    await rm(file);
    await refused(
      { family: 'acme/words' },
      { code: 'trust-signature', message: `${file} is missing`, hint: /put the private key/ },
    );
    expect(await openKeys(keys).families()).toEqual([family]);
  });
});
