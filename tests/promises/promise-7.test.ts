/** Promise 7: the hub's cost does not grow with devices that have nothing new. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Hub, startHub } from '@selvedge/hub';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPublisher } from '../hub/publisher.ts';

let dir: string;
let hub: Hub;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'selvedge-promise-7-'));
  hub = await startHub({ dataDir: dir, port: 0, dev: true, logLevel: 'silent' });
  const publisher = await openPublisher(hub.url);
  await publisher.post(await publisher.establish());
  await publisher.post(await publisher.release('acme/glyphs', '1.0.0'));
});
afterAll(async () => {
  await hub.close();
  await rm(dir, { recursive: true });
});

/** How many statements the hub says it has sent to its database. */
async function statements(): Promise<number> {
  const metrics = await (await fetch(`${hub.url}/metrics`)).text();
  return Number(/^hub_database_statements(?:_total)?(?:\{.*\})? (\d+)/m.exec(metrics)![1]);
}

const poll = (etag: string) =>
  fetch(`${hub.url}/trust/timestamp.json`, { headers: { 'if-none-match': etag } });

describe('promise 7: polls with nothing new', () => {
  it('are answered with 304 and cause no database statement, a thousand of them', async () => {
    const etag = (await fetch(`${hub.url}/trust/timestamp.json`)).headers.get('etag')!;
    const before = await statements();
    for (let sent = 0; sent < 1000; sent += 50) {
      const answers = await Promise.all(Array.from({ length: 50 }, () => poll(etag)));
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([304]));
      for (const answer of answers) expect(await answer.text()).toBe('');
    }
    expect((await statements()) - before).toBe(0);
  });

  it('nor does reading every document once something is new', async () => {
    const before = await statements();
    for (const path of [
      'timestamp.json',
      '2.snapshot.json',
      '2.targets.json',
      '1.acme.glyphs.json',
    ]) {
      expect([path, (await fetch(`${hub.url}/trust/${path}`)).status]).toEqual([path, 200]);
    }
    expect((await statements()) - before).toBe(0);
  });

  it('while the count does move when the database is asked', async () => {
    const before = await statements();
    await fetch(`${hub.url}/api/v1/devices`);
    expect((await statements()) - before).toBeGreaterThan(0);
  });
});
