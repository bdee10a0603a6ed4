/** A publish that fails on the hub's disk: its client is told, and a restart publishes none of it. */
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Hub, startHub } from '@selvedge/hub';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openPublisher, type Publisher } from '../../hub/publisher.ts';

let dir: string;
let hub: Hub;
let publisher: Publisher;
const day = 24 * 3600 * 1000;
let now: Date;

const start = (options = {}) =>
  startHub({
    dataDir: dir,
    port: 0,
    host: '127.0.0.1',
    dev: true,
    logLevel: 'silent',
    clock: () => now,
    ...options,
  });
async function restart(options = {}): Promise<void> {
  await hub.close();
  hub = await start(options);
  publisher.moveTo(hub.url);
}
const document = async (path: string) => (await fetch(`${hub.url}/trust/${path}`)).text();
const families = async () =>
  (await (await fetch(`${hub.url}/api/v1/families`)).json()) as { families: unknown[] };

beforeEach(async () => {
  now = new Date('2026-11-20T12:00:00Z');
  dir = await mkdtemp(join(tmpdir(), 'selvedge-hub-publish-'));
  hub = await start();
  publisher = await openPublisher(hub.url, () => now);
  expect((await publisher.post(await publisher.establish())).status).toBe(200);
});
afterEach(async () => {
  await hub.close();
  await rm(dir, { recursive: true });
});

describe('a publish that the hub’s disk refuses', () => {
  it.each(['2.snapshot.json', '1.acme.glyphs.json', 'targets/families/acme/glyphs/releases'])(
    'at %s is not published by a restart, and succeeds when it is sent again',
    async (at) => {
      const before = await document('timestamp.json');
      const obstacle = join(dir, 'trust', at);
      await mkdir(join(obstacle, '..'), { recursive: true });
      if (at.endsWith('.json')) await mkdir(join(obstacle, 'x'), { recursive: true });
      else await writeFile(obstacle, 'x');
      const update = await publisher.release('acme/glyphs', '1.0.0');
      expect((await publisher.post(update)).status).toBe(500);
      for (const step of [async () => {}, restart]) {
        await step();
        expect(await document('timestamp.json')).toBe(before);
        expect(await families()).toEqual({ families: [] });
        expect((await fetch(`${hub.url}/trust/2.targets.json`)).status).toBe(404);
        expect(await readdir(join(dir, 'trust'))).not.toContain('plan.json');
      }
      await rm(obstacle, { recursive: true });
      expect((await publisher.post(update)).status).toBe(200);
      await restart();
      expect((await families()).families).toHaveLength(1);
    },
  );
});

describe('what a hub serves', () => {
  it('goes on when it is no longer current, except snapshots that have expired', async () => {
    await publisher.post(await publisher.release('acme/glyphs', '1.0.0'));
    const first = await document('1.acme.glyphs.json');
    await publisher.post(await publisher.release('acme/glyphs', '1.1.0'));
    await restart();
    expect(await document('1.acme.glyphs.json')).toBe(first);
    expect((await fetch(`${hub.url}/trust/1.snapshot.json`)).status).toBe(200);
    now = new Date(now.getTime() + 8 * day);
    await restart();
    for (const version of [1, 2, 3]) {
      expect((await fetch(`${hub.url}/trust/${version}.snapshot.json`)).status).toBe(404);
    }
    expect((await fetch(`${hub.url}/trust/4.snapshot.json`)).status).toBe(200);
  });
});

describe('a hub whose clock runs far ahead', () => {
  const issued = async () =>
    (JSON.parse(await document('timestamp.json')) as { signed: { issued: string } }).signed.issued;
  const readiness = async () => {
    const answer = await fetch(`${hub.url}/readyz`);
    return { status: answer.status, text: await answer.text() };
  };

  it('signs nothing from it and says so, until its owner says that it is right, once', async () => {
    await restart({ dev: false });
    now = new Date(now.getTime() + 365 * day);
    await restart({ dev: false });
    expect(await issued()).toBe('2026-11-20T12:00:00Z');
    expect(await readiness()).toEqual({
      status: 503,
      text: expect.stringContaining('365 days ahead of the last timestamp'),
    });
    now = new Date('2026-11-21T12:00:00Z');
    await restart({ dev: false });
    expect([await issued(), (await readiness()).status]).toEqual(['2026-11-21T12:00:00Z', 200]);

    now = new Date(now.getTime() + 31 * day);
    await restart({ dev: false, acceptClock: true });
    expect([await issued(), (await readiness()).status]).toEqual(['2026-12-22T12:00:00Z', 200]);
  });

  it('under --dev, on its owner’s own machine, goes by it', async () => {
    now = new Date(now.getTime() + 100 * day);
    await restart();
    expect(await issued()).toBe('2027-02-28T12:00:00Z');
  });
});
