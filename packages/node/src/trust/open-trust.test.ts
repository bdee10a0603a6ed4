import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type SampleRepository, sampleRepository } from '@selvedge/core/trust/sample';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type OpenTrustOptions, openTrust, type Trust } from './open-trust.ts';

const scratch = await mkdtemp(join(tmpdir(), 'selvedge-trust-'));
afterAll(() => rm(scratch, { recursive: true }));

const start = new Date('2026-11-20T12:00:00Z');
const hours = (count: number): Date => new Date(start.valueOf() + count * 3_600_000);

let sample: SampleRepository;
let dir: string;
let now: Date;
let dev: boolean;
let requests: string[];
let intercept: ((path: string, response: ServerResponse) => boolean) | undefined;
let url: string;
const closers: (() => void)[] = [];

beforeEach(async () => {
  sample = await sampleRepository(start);
  dir = await mkdtemp(join(scratch, 'd-'));
  await writeFile(join(dir, 'given.json'), sample.root);
  [now, dev, requests, intercept] = [start, true, [], undefined];
  url = await serve(answer);
});
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A hub's `/trust/` and `GET /api/v1/trust`. */
function answer(request: IncomingMessage, response: ServerResponse): void {
  const path = request.url ?? '';
  requests.push(path);
  if (intercept?.(path, response)) return;
  if (path === '/api/v1/trust') {
    response.writeHead(200, { 'content-type': 'application/json' });
    return void response.end(JSON.stringify({ dev, established: true, online: {} }));
  }
  const bytes = sample.files.get(path.replace('/trust/', ''));
  if (!bytes) return void response.writeHead(404).end();
  const etag = `"${bytes.length}-${sample.repository.timestamp.signed.version}"`;
  if (request.headers['if-none-match'] === etag)
    return void response.writeHead(304, { etag }).end();
  response.writeHead(200, { etag, 'content-length': bytes.length }).end(bytes);
}

const here = 'this machine';
const remote = 'http://hub.example.invalid:7400';

const open = (options: Partial<OpenTrustOptions> = {}): Promise<Trust> =>
  openTrust({
    dir: join(dir, 'trust'),
    origins: [url],
    trustRoot: join(dir, 'given.json'),
    clock: () => now,
    ...options,
  });

describe('a device’s trust', () => {
  it('reads a family’s documents, and says undefined for what nobody signed', async () => {
    const trust = await open();
    expect(await trust.refresh()).toEqual({ changed: true });
    expect(await trust.families()).toEqual(['acme/glyphs']);
    expect(await trust.channel('acme/glyphs', 'stable')).toMatchObject({ version: '1.0.0' });
    expect(await trust.release('acme/glyphs', '1.0.0')).toBeUndefined();
    expect(await trust.policy('acme/glyphs')).toBeUndefined();
    expect(await trust.channel('acme/unknown', 'stable')).toBeUndefined();
  });

  it('polls with one conditional request', async () => {
    const trust = await open();
    await trust.refresh();
    requests.length = 0;
    expect(await trust.refresh()).toEqual({ changed: false });
    expect(requests).toEqual(['/trust/timestamp.json']);
  });

  it('keeps byte for byte what it received, for its owner only to read', async () => {
    await (await open()).refresh();
    const kept = await readFile(join(dir, 'trust', 'timestamp.json'));
    expect(new Uint8Array(kept)).toEqual(sample.files.get('timestamp.json'));
    expect((await readdir(join(dir, 'trust'))).sort()).toEqual([
      'floor.json',
      'root.json',
      'snapshot.json',
      'targets.json',
      'timestamp.json',
    ]);
  });

  it('needs the root of trust once, and answers from its disk without a network', async () => {
    const first = await open();
    await first.refresh();
    await first.channel('acme/glyphs', 'stable');
    for (const close of closers.splice(0)) close();
    now = hours(24 * 60);
    const again = await open({ trustRoot: undefined });
    expect(await again.channel('acme/glyphs', 'stable')).toMatchObject({ version: '1.0.0' });
    await expect(again.refresh()).rejects.toMatchObject({ code: 'network' });
    expect(await again.channel('acme/glyphs', 'stable')).toMatchObject({ version: '1.0.0' });
  });

  it('refuses a set-back clock after a restart, with the error that exits 4', async () => {
    await (await open()).refresh();
    now = hours(-24 * 365);
    const refused = (await open()).refresh();
    await expect(refused).rejects.toMatchObject({ code: 'trust-clock', row: { exit: 4 } });
  });

  it('refuses a set-back clock also when the file of the floor is gone', async () => {
    await (await open()).refresh();
    await rm(join(dir, 'trust', 'floor.json'));
    now = hours(-24 * 365);
    await expect((await open()).refresh()).rejects.toMatchObject({ code: 'trust-clock' });
  });

  it('goes to the next origin when the first does not answer', async () => {
    const gone = await serve(() => {});
    closers.pop()?.();
    const trust = await open({ origins: [gone, url] });
    expect(await trust.refresh()).toEqual({ changed: true });
  });

  it('goes on to the hub when an edge’s bytes are refused, having asked it anew, and tells', async () => {
    const asked: string[] = [];
    const edge = await serve((request, response) => {
      asked.push(`${request.url} ${request.headers['cache-control'] ?? ''}`.trim());
      if (request.url !== '/trust/timestamp.json') return answer(request, response);
      response.writeHead(200).end(new Uint8Array(sample.root));
    });
    const refused: string[] = [];
    const trust = await open({
      origins: [edge, url],
      onRefused: ({ code }) => refused.push(code),
    });
    expect(await trust.refresh()).toEqual({ changed: true });
    expect(await trust.channel('acme/glyphs', 'stable')).toMatchObject({ version: '1.0.0' });
    expect(refused).toEqual(['trust-format']);
    expect(asked.filter((line) => line.includes('timestamp'))).toEqual([
      '/trust/timestamp.json',
      '/trust/timestamp.json no-cache',
    ]);
  });

  it('asks an edge that has an old copy anew, and tells nobody', async () => {
    const old = new Map(sample.files);
    const edge = await serve((request, response) => {
      if (request.headers['cache-control'] === 'no-cache') return answer(request, response);
      const bytes = old.get((request.url ?? '').replace('/trust/', ''));
      response.writeHead(bytes ? 200 : 404).end(bytes);
    });
    now = hours(30);
    await sample.renew(now);
    const refused: string[] = [];
    const trust = await open({ origins: [edge], onRefused: ({ code }) => refused.push(code) });
    expect(await trust.refresh()).toEqual({ changed: true });
    expect(refused).toEqual([]);
  });

  it('goes back to no older document through another origin', async () => {
    const old = new Map(sample.files);
    const stale = await serve((request, response) => {
      const bytes = old.get((request.url ?? '').replace('/trust/', ''));
      response.writeHead(bytes ? 200 : 404).end(bytes);
    });
    await sample.renew(hours(1));
    now = hours(2);
    await (await open()).refresh();
    await expect((await open({ origins: [stale] })).refresh()).rejects.toMatchObject({
      code: 'trust-rollback',
    });
  });

  it('stops endless data at the limit', async () => {
    let sent = 0;
    intercept = (path, response) => {
      if (path !== '/trust/timestamp.json') return false;
      response.writeHead(200);
      const more = (): void => {
        if (response.destroyed) return;
        sent += 4096;
        response.write(Buffer.alloc(4096, 0x20));
        setImmediate(more);
      };
      more();
      return true;
    };
    await expect((await open()).refresh()).rejects.toMatchObject({ code: 'trust-too-large' });
    expect(sent).toBeLessThan(64 * 1024 * 1024);
  });

  it('says bad-upstream for a page in the place of the repository', async () => {
    intercept = (_, response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html>');
      return true;
    };
    await expect((await open()).refresh()).rejects.toMatchObject({ code: 'bad-upstream' });
  });

  it('says bad-upstream where no repository is at all', async () => {
    intercept = (_, response) => {
      response.writeHead(404).end();
      return true;
    };
    const error = { code: 'bad-upstream', row: { exit: 3 } };
    await expect((await open()).refresh()).rejects.toMatchObject(error);
    const first = await open({ trustRoot: undefined, firstUseFrom: url });
    await expect(first.refresh()).rejects.toMatchObject(error);
  });

  it('recovers from files that a crash damaged', async () => {
    await (await open()).refresh();
    for (const file of ['timestamp.json', 'snapshot.json', 'targets.json', 'floor.json']) {
      await writeFile(join(dir, 'trust', file), '{"sig');
    }
    const trust = await open();
    expect(await trust.refresh()).toMatchObject({ changed: true });
    expect(await trust.channel('acme/glyphs', 'stable')).toBeDefined();
  });

  it('fetches a kept document again when it was damaged', async () => {
    const trust = await open();
    await trust.refresh();
    await trust.channel('acme/glyphs', 'stable');
    const documents = join(dir, 'trust', 'documents');
    for (const name of await readdir(documents)) await writeFile(join(documents, name), '{}');
    expect(await trust.channel('acme/glyphs', 'stable')).toMatchObject({ version: '1.0.0' });
  });
});

describe('many documents', () => {
  it('are fetched once, however many there are', async () => {
    const versions = Array.from({ length: 300 }, (_, n) => `c${n}`);
    const channels = versions.map((channel) => [
      `families/acme/glyphs/channels/${channel}.json`,
      JSON.stringify({
        apiVersion: 'selvedge.dev/v1',
        kind: 'Channel',
        family: 'acme/glyphs',
        channel,
        version: '1.0.0',
      }),
    ]);
    await sample.publish('acme/glyphs', Object.fromEntries(channels), hours(1));
    now = hours(1);
    const trust = await open();
    await trust.refresh();
    for (const channel of versions) await trust.channel('acme/glyphs', channel);
    requests.length = 0;
    for (const channel of versions) {
      expect(await trust.channel('acme/glyphs', channel)).toMatchObject({ channel });
    }
    expect(requests).toEqual([]);
  });

  it('reach a device that cannot keep them', async () => {
    await mkdir(join(dir, 'trust'));
    await writeFile(join(dir, 'trust', 'documents'), 'a file where the directory should be');
    const trust = await open();
    await trust.refresh();
    await expect(trust.channel('acme/glyphs', 'stable')).resolves.toBeDefined();
  });
});

describe('the first root', () => {
  it('is taken from a development hub on this machine, where that is allowed', async () => {
    const trust = await open({ trustRoot: undefined, firstUseFrom: url });
    await trust.refresh();
    expect(await trust.families()).toEqual(['acme/glyphs']);
  });

  it('is not taken without permission, nor from a hub that is not for development', async () => {
    await expect((await open({ trustRoot: undefined })).refresh()).rejects.toMatchObject({
      code: 'trust-no-root',
    });
    dev = false;
    const trust = await open({ trustRoot: undefined, firstUseFrom: url });
    await expect(trust.refresh()).rejects.toThrow('does not run with --dev');
  });

  it.each([
    ['the hub is on another machine, and an edge in front of it here', remote, [here]],
    ['an edge is on another machine, and the hub here', here, [here, remote]],
    ['the hub is on another machine', remote, [remote]],
  ])('is not taken where %s', async (_, hub, origins) => {
    const place = (name: string) => (name === here ? url : name);
    const trust = await open({
      trustRoot: undefined,
      firstUseFrom: place(hub),
      origins: origins.map(place),
    });
    await expect(trust.refresh()).rejects.toMatchObject({
      code: 'trust-no-root',
      message: expect.stringContaining('hub.example.invalid:7400 is not on this machine'),
    });
    expect(requests).toEqual([]);
    expect(trust.client).toBeUndefined();
  });

  it('is the hub’s own: no edge is asked for it, nor whether it may be taken', async () => {
    const asked: string[] = [];
    const edge = await serve((request, response) => {
      asked.push(request.url ?? '');
      answer(request, response);
    });
    const trust = await open({ trustRoot: undefined, firstUseFrom: url, origins: [edge, url] });
    await trust.refresh();
    expect(requests.slice(0, 2)).toEqual(['/api/v1/trust', '/trust/1.root.json']);
    expect(asked).not.toContain('/api/v1/trust');
    expect(asked).not.toContain('/trust/1.root.json');
  });

  it('must be a root', async () => {
    await writeFile(join(dir, 'given.json'), '{}');
    await expect(open()).rejects.toMatchObject({ code: 'trust-format' });
    await expect(open({ trustRoot: join(dir, 'nothing.json') })).rejects.toMatchObject({
      code: 'not-found',
    });
  });
});
