import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Hub, startHub } from '@selvedge/hub';
import { Updater } from 'tuf-js';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { openPublisher, type Publisher } from './publisher.ts';

const root = await mkdtemp(join(tmpdir(), 'selvedge-hub-'));
const running: Hub[] = [];
afterEach(async () => {
  for (const hub of running.splice(0)) await hub.close();
});
afterAll(() => rm(root, { recursive: true }));

let now = new Date('2026-11-20T12:00:00Z');
const clock = () => now;
const later = (hours: number) => {
  now = new Date(now.getTime() + hours * 3600 * 1000);
};

async function start(dataDir: string, dev = true): Promise<Hub> {
  const hub = await startHub({
    dataDir,
    port: 0,
    host: '127.0.0.1',
    dev,
    clock,
    logLevel: 'silent',
  });
  running.push(hub);
  return hub;
}

async function established(): Promise<{ dir: string; hub: Hub; publisher: Publisher }> {
  const dir = await mkdtemp(join(root, 'd-'));
  const hub = await start(dir);
  const publisher = await openPublisher(hub.url, clock);
  expect((await publisher.post(await publisher.establish())).status).toBe(200);
  return { dir, hub, publisher };
}

const signedOf = async (hub: Hub, path: string) =>
  ((await (await fetch(`${hub.url}/trust/${path}`)).json()) as { signed: Record<string, unknown> })
    .signed;

const codeOf = async (answer: Response) =>
  ((await answer.json()) as { error: { code: string } }).error.code;

describe('the hub’s trust repository', () => {
  it('makes its online keys once, for its owner’s eyes only, and tells their public halves', async () => {
    const dir = await mkdtemp(join(root, 'd-'));
    const first = await (await fetch(`${(await start(dir)).url}/api/v1/trust`)).json();
    expect(first).toMatchObject({ dev: true, established: false });
    for (const name of ['snapshot.pem', 'timestamp.pem']) {
      expect((await stat(join(dir, 'keys', name))).mode & 0o777).toBe(0o600);
    }
    await running.pop()!.close();
    expect(await (await fetch(`${(await start(dir)).url}/api/v1/trust`)).json()).toEqual(first);
  });

  it('publishes what its owners signed, and shows the families of it', async () => {
    const { hub, publisher } = await established();
    const answer = await publisher.post(await publisher.release('acme/glyphs', '1.0.0'));
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({
      versions: { root: 1, targets: 2, 'acme.glyphs': 1, snapshot: 2, timestamp: 2 },
    });
    await publisher.post(await publisher.release('acme/glyphs', '1.1.0'));
    expect(await (await fetch(`${hub.url}/api/v1/families`)).json()).toEqual({
      families: [
        {
          family: 'acme/glyphs',
          versions: ['1.1.0', '1.0.0'],
          channels: [{ channel: 'stable', version: '1.1.0' }],
        },
      ],
    });
    const release = await fetch(`${hub.url}/api/v1/families/acme/glyphs/releases/1.0.0`);
    expect(await release.json()).toMatchObject({
      release: { version: '1.0.0' },
      target: 'families/acme/glyphs/releases/1.0.0.json',
      channels: [],
      installed: [],
    });
    const unknown = await fetch(`${hub.url}/api/v1/families/acme/glyphs/releases/9.9.9`);
    expect([unknown.status, await codeOf(unknown)]).toEqual([404, 'not-found']);
  });

  it('serves a repository that another client, tuf-js, follows down to a target', async () => {
    now = new Date(); // tuf-js asks the system's clock
    const { dir, hub, publisher } = await established();
    await publisher.post(await publisher.release('acme/glyphs', '1.0.0'));
    const metadataDir = await mkdtemp(join(dir, 'client-'));
    await writeFile(
      join(metadataDir, 'root.json'),
      await readFile(join(dir, 'trust', '1.root.json')),
    );
    const updater = new Updater({
      metadataDir,
      targetDir: metadataDir,
      metadataBaseUrl: `${hub.url}/trust`,
      targetBaseUrl: `${hub.url}/trust/targets`,
    });
    await updater.refresh();
    const target = await updater.getTargetInfo('families/acme/glyphs/releases/1.0.0.json');
    const file = await updater.downloadTarget(target!, join(metadataDir, 'release.json'));
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ family: 'acme/glyphs' });
    now = new Date('2026-11-20T12:00:00Z');
  });

  it('answers a version that is not the next one with a conflict, and changes nothing', async () => {
    const { hub, publisher } = await established();
    const update = await publisher.release('acme/glyphs', '1.0.0');
    expect((await publisher.post(update)).status).toBe(200);
    const before = await (await fetch(`${hub.url}/trust/timestamp.json`)).text();
    const again = await publisher.post(update);
    expect([again.status, await codeOf(again)]).toEqual([409, 'conflict']);
    expect(await (await fetch(`${hub.url}/trust/timestamp.json`)).text()).toBe(before);
  });

  it('refuses what nobody it trusts has signed', async () => {
    const { hub, publisher } = await established();
    const stranger = await openPublisher(hub.url, clock);
    await stranger.establish();
    const forged = await stranger.post(await stranger.release('acme/glyphs', '1.0.0'));
    expect([forged.status, await codeOf(forged)]).toEqual([422, 'trust-signature']);
    const update = await publisher.release('acme/glyphs', '1.0.0');
    const path = 'families/acme/glyphs/releases/1.0.0.json';
    const targets = update.targets as Record<string, string>;
    const tampered = { ...update, targets: { ...targets, [path]: `${targets[path]} ` } };
    const answer = await publisher.post(tampered);
    expect(answer.status).toBe(422);
    expect(await (await fetch(`${hub.url}/api/v1/families`)).json()).toEqual({ families: [] });
  });

  it('refuses an update that is none, naming the field', async () => {
    const { publisher } = await established();
    const answer = await publisher.post({ kind: 'TrustUpdate' });
    expect(answer.status).toBe(400);
    const { error } = (await answer.json()) as { error: { code: string; message: string } };
    expect(error.code).toBe('bad-document');
    expect(error.message).toContain('apiVersion');
  });

  it('continues after a restart with what was published', async () => {
    const { dir, publisher } = await established();
    await publisher.post(await publisher.release('acme/glyphs', '1.0.0'));
    const before = await signedOf(running[0]!, 'timestamp.json');
    await running.pop()!.close();
    const hub = await start(dir);
    expect(await signedOf(hub, 'timestamp.json')).toEqual(before);
    const { families } = (await (await fetch(`${hub.url}/api/v1/families`)).json()) as {
      families: unknown[];
    };
    expect(families).toHaveLength(1);
  });

  it('renews timestamp and snapshot by itself, long before they expire', async () => {
    const { dir, hub } = await established();
    const first = await signedOf(hub, 'timestamp.json');
    await hub.close();
    later(13);
    const second = await signedOf(await start(dir), 'timestamp.json');
    expect(second.version).toBe(Number(first.version) + 1);
    expect(Date.parse(String(second.expires))).toBeGreaterThan(now.getTime() + 23 * 3600 * 1000);
    await running.pop()!.close();
    later(24 * 6);
    const third = await signedOf(await start(dir), 'timestamp.json');
    const { version } = (third.meta as Record<string, { version: number }>)['snapshot.json']!;
    expect(version).toBe(2);
    now = new Date('2026-11-20T12:00:00Z');
  });

  it('serves on when the root does not know its keys, says so, and takes the root that mends it', async () => {
    const { dir, hub, publisher } = await established();
    await hub.close();
    running.pop();
    await rm(join(dir, 'keys', 'timestamp.pem'));
    const maimed = await start(dir);
    expect((await fetch(`${maimed.url}/trust/timestamp.json`)).status).toBe(200);
    const ready = await fetch(`${maimed.url}/readyz`);
    expect([ready.status, await ready.text()]).toEqual([
      503,
      expect.stringContaining('sign timestamp'),
    ]);
    publisher.moveTo(maimed.url);
    const refused = await publisher.post(await publisher.release('acme/glyphs', '1.0.0'));
    expect([refused.status, await codeOf(refused)]).toEqual([422, 'trust-signature']);
    expect((await publisher.post(await publisher.rotateRoot())).status).toBe(200);
    expect((await fetch(`${maimed.url}/readyz`)).status).toBe(200);
  });

  it('keeps documents for good in caches, but for the timestamp', async () => {
    const { dir, hub } = await established();
    for (const name of (await readdir(join(dir, 'trust'))).filter((name) =>
      name.endsWith('.json'),
    )) {
      const answer = await fetch(`${hub.url}/trust/${name}`);
      const cached = answer.headers.get('cache-control');
      expect(cached).toBe(
        name === 'timestamp.json' ? 'no-cache' : 'public, max-age=31536000, immutable',
      );
      expect(answer.headers.get('content-type')).toBe('application/json');
      const etag = answer.headers.get('etag')!;
      expect(etag).toMatch(/^"[\w-]+"$/);
      const again = await fetch(`${hub.url}/trust/${name}`, { headers: { 'if-none-match': etag } });
      expect([again.status, await again.text()]).toEqual([304, '']);
      const head = await fetch(`${hub.url}/trust/${name}`, { method: 'HEAD' });
      expect(head.headers.get('content-length')).toBe(String((await answer.bytes()).length));
    }
    for (const path of ['../keys/timestamp.pem', '..%2fkeys%2ftimestamp.pem', 'plan.json', '']) {
      expect((await fetch(`${hub.url}/trust/${path}`)).status).toBe(404);
    }
    expect((await fetch(`${hub.url}/trust/timestamp.json`, { method: 'POST' })).status).toBe(405);
  });
});
