/** A hub whose disk fills: a real small filesystem. Mounting one needs root on Linux. */
import { spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Hub, startHub } from '@selvedge/hub';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openPublisher, type Publisher } from '../../hub/publisher.ts';
import { describeUnless } from '../../support/skip.ts';

const mount = await mkdtemp(join(tmpdir(), 'selvedge-hub-full-'));
const mounted =
  spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=16m,mode=0700', 'selvedge-test', mount]).status ===
  0;
afterAll(async () => {
  if (mounted) spawnSync('umount', [mount]);
  await rm(mount, { recursive: true });
});
const noMount = !mounted && 'mounting a small file system needs root on Linux';

const filler = join(mount, 'filler');
const dataDir = join(mount, 'data');

async function leaveFree(bytes: number): Promise<void> {
  await rm(filler, { force: true });
  const { bavail, bsize } = await statfs(mount);
  await writeFile(filler, Buffer.alloc(Math.max(0, bavail * bsize - bytes)));
}

const digestOf = (bytes: Uint8Array) =>
  `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

describeUnless(noMount)('a hub on a full disk', () => {
  let hub: Hub;
  let publisher: Publisher;
  beforeAll(async () => {
    hub = await startHub({ dataDir, port: 0, dev: true, logLevel: 'silent' });
    publisher = await openPublisher(hub.url);
    await publisher.post(await publisher.establish());
    await publisher.post(await publisher.release('acme/counted', '1.0.0'));
  });
  afterAll(() => hub?.close());

  const blobs = () => `${hub.url}/v2/acme/glyphs/blobs`;
  const begin = async () =>
    hub.url + (await fetch(`${blobs()}/uploads/`, { method: 'POST' })).headers.get('location');

  it('answers 507 to a blob that does not fit, shows nothing of it, and has its space back', async () => {
    const bytes = randomBytes(6_000_000);
    const digest = digestOf(bytes);
    await leaveFree(3_000_000);
    const whole = await fetch(`${await begin()}?digest=${digest}`, { method: 'PUT', body: bytes });
    expect([whole.status, await whole.json()]).toEqual([
      507,
      {
        errors: [
          {
            code: 'UNKNOWN',
            message: expect.stringContaining('no space'),
            detail: { code: 'disk-full' },
          },
        ],
      },
    ]);
    expect((await fetch(`${blobs()}/${digest}`, { method: 'HEAD' })).status).toBe(404);
    expect(await readdir(join(dataDir, 'blobs', 'partial'))).toEqual([]);
    const { bavail, bsize } = await statfs(mount);
    expect(bavail * bsize).toBeGreaterThan(2_500_000);
  });

  it('keeps what came in chunks, so that the push goes on once there is room', async () => {
    const bytes = randomBytes(4_000_000);
    const digest = digestOf(bytes);
    await leaveFree(3_000_000);
    const session = await begin();
    const patch = (from: number) => fetch(session, { method: 'PATCH', body: bytes.subarray(from) });
    expect((await patch(0)).status).toBe(507);
    const told = (await fetch(session)).headers.get('range')!;
    const offset = Number(told.split('-')[1]) + 1;
    await rm(filler);
    expect((await patch(offset)).status).toBe(202);
    expect((await fetch(`${session}?digest=${digest}`, { method: 'PUT' })).status).toBe(201);
    const stored = await (await fetch(`${blobs()}/${digest}`)).bytes();
    expect(digestOf(stored)).toBe(digest);
  });

  it('answers 507 to what its database cannot keep, and goes on serving', async () => {
    const config = Buffer.from('{}');
    await fetch(`${await begin()}?digest=${digestOf(config)}`, { method: 'PUT', body: config });
    await leaveFree(0);
    const batch = (n: number) => ({
      apiVersion: 'selvedge.dev/v1',
      kind: 'DecisionCounts',
      batch: String(n).padStart(32, '0'),
      window: { start: now(), end: now() },
      counts: Array.from({ length: 256 }, (_, rule) => ({
        family: 'acme/counted',
        tier: 'device',
        rule: `rule-${n}-${rule}`,
        count: 1,
      })),
    });
    const post = async (n: number) => {
      const answer = await fetch(`${hub.url}/api/v1/counts`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(batch(n)),
      });
      return { status: answer.status, text: await answer.text() };
    };
    let refused = 0;
    for (; refused < 100; refused++) {
      const { status, text } = await post(refused);
      if (status === 200) continue;
      expect([status, text]).toEqual([507, expect.stringContaining('disk-full')]);
      break;
    }
    expect(refused).toBeLessThan(100);
    expect((await fetch(`${hub.url}/api/v1/counts`)).status).toBe(200);
    await rm(filler);
    expect(await post(refused)).toEqual({ status: 200, text: '{"counted":true}' });
  });

  it('answers 507 to a trust update, and devices still get the old documents whole', async () => {
    const update = await publisher.release('acme/glyphs', '1.0.0');
    const before = await (await fetch(`${hub.url}/trust/timestamp.json`)).text();
    await leaveFree(0);
    const refused = await publisher.post(update);
    expect([refused.status, await refused.text()]).toEqual([
      507,
      expect.stringContaining('disk-full'),
    ]);
    expect(await (await fetch(`${hub.url}/trust/timestamp.json`)).text()).toBe(before);
    await rm(filler);
    expect((await publisher.post(update)).status).toBe(200);
  });
});

const now = () => new Date().toISOString().replace(/\.\d+Z/, 'Z');
