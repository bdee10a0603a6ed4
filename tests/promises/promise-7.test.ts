/** Promise 7: the hub's cost does not grow with devices that have nothing new. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openAgent } from '@selvedge/agent';
import { type Hub, startHub } from '@selvedge/hub';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPublisher } from '../hub/publisher.ts';
import { tamperProxy } from '../support/tamper-proxy.ts';
import { tinyFabric } from '../support/tiny-fabric.ts';

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
async function statements(of = hub): Promise<number> {
  const metrics = await (await fetch(`${of.url}/metrics`)).text();
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

  it('sent by a real agent are one request each, and cause no database statement either', async () => {
    const fabric = await tinyFabric();
    const proxy = await tamperProxy(fabric.hub.url);
    await fabric.publish('1.0.0');
    const agent = await openAgent({
      hub: proxy.url,
      dataDir: await fabric.agentDir(),
      trustRoot: fabric.rootFile,
      pollSeconds: 0,
    });
    try {
      await agent.poll();
      expect(agent.state().installed).toMatchObject([{ version: '1.0.0', state: 'committed' }]);
      const before = await statements(fabric.hub);
      const { headers } = await fetch(`${fabric.hub.url}/trust/timestamp.json`);
      const polls = 100;
      proxy.requests.length = 0;
      for (let round = 0; round < polls; round++) {
        const { refused, failed, untold, transferred } = await agent.poll();
        expect({ refused, failed, untold, bytes: transferred.bytes }).toEqual({
          refused: [],
          failed: [],
          untold: undefined,
          bytes: 0,
        });
      }
      const sent = proxy.requests.map(({ method, path, headers }) => [
        `${method} ${path}`,
        headers['if-none-match'],
      ]);
      // Conditional on what the hub has, so that its answer is the 304 of the test above.
      const conditional = ['GET /trust/timestamp.json', headers.get('etag')];
      expect(sent).toEqual(Array.from({ length: polls }, () => conditional));
      expect((await statements(fabric.hub)) - before).toBe(0);

      // Something new costs more than one request, and its report does reach the database.
      await fabric.publish('1.1.0');
      const published = await statements(fabric.hub);
      await agent.poll();
      expect(proxy.requests.length).toBeGreaterThan(polls + 1);
      expect(await statements(fabric.hub)).toBeGreaterThan(published);
    } finally {
      await agent.close();
      await proxy.close();
      await fabric.close();
    }
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
