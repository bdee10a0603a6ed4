import { readdir, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { digestOf, type Origin, openStage, type Stage } from './origin.ts';

const stages: Stage[] = [];
afterEach(async () => {
  await Promise.all(stages.splice(0).map((stage) => stage.close()));
});

/** A stage whose edge lives at a time that the test sets. */
async function stageAt(behave: Origin['behave'], options: Parameters<typeof openStage>[1] = {}) {
  const time = { now: Date.parse('2026-11-20T00:00:00Z') };
  const stage = await openStage(behave, { clock: () => new Date(time.now), ...options });
  stages.push(stage);
  return { stage, time };
}

const get = (stage: Stage, path: string, headers: Record<string, string> = {}) =>
  fetch(stage.edge.url + path, { headers });
const metadata = (version: number) =>
  JSON.stringify({ signed: { _type: 'timestamp', version }, signatures: [] });

/** A TUF repository as far as a carrier sees it: `timestamp.json` at a version that may change. */
function repository(state: { version: number }): Origin['behave'] {
  return (request, response) => {
    const versioned = /^\/trust\/(\d+)\.[\w.]+\.json$/.exec(request.url ?? '');
    if (versioned) {
      const there = Number(versioned[1]) <= state.version;
      return response
        .writeHead(there ? 200 : 404, { 'content-type': 'application/json' })
        .end(there ? metadata(Number(versioned[1])) : '');
    }
    if (request.url !== '/trust/timestamp.json') return response.writeHead(404).end();
    const etag = `"t${state.version}"`;
    if (request.headers['if-none-match'] === etag) return response.writeHead(304, { etag }).end();
    return response
      .writeHead(200, { etag, 'content-type': 'application/json', 'cache-control': 'no-cache' })
      .end(metadata(state.version));
  };
}

describe('timestamp.json', () => {
  it('is asked for once, whoever wants it, and not again within its moment', async () => {
    const { stage } = await stageAt(repository({ version: 1 }));
    const texts = await Promise.all(
      Array.from({ length: 200 }, async () => (await get(stage, '/trust/timestamp.json')).text()),
    );
    expect(new Set(texts)).toEqual(new Set([metadata(1)]));
    await (await get(stage, '/trust/timestamp.json')).text();
    expect(stage.origin.asked).toHaveLength(1);
  });

  it('is asked for again after that, conditionally, and a new one is seen', async () => {
    const state = { version: 1 };
    const { stage, time } = await stageAt(repository(state));
    await (await get(stage, '/trust/timestamp.json')).text();
    time.now += 1500;
    const same = await get(stage, '/trust/timestamp.json', { 'if-none-match': '"t1"' });
    expect([same.status, same.headers.get('age'), same.headers.get('cache-status')]).toEqual([
      304,
      '0',
      'selvedge-edge; fwd=stale; fwd-status=304',
    ]);
    expect(stage.origin.asked[1]!.headers['if-none-match']).toBe('"t1"');
    state.version = 2;
    time.now += 1500;
    expect(
      await (await get(stage, '/trust/timestamp.json', { 'if-none-match': '"t1"' })).text(),
    ).toBe(metadata(2));
  });

  it('is the last known one while the origin is away or fails, and says how old it is', async () => {
    const { stage, time } = await stageAt(repository({ version: 7 }));
    const honest = stage.origin.behave;
    await (await get(stage, '/trust/timestamp.json')).text();
    await stage.origin.stop();
    await stage.restart();
    time.now += 90_000;
    const stale = await get(stage, '/trust/timestamp.json');
    expect([stale.status, await stale.text(), stale.headers.get('age')]).toEqual([
      200,
      metadata(7),
      '90',
    ]);
    expect(stale.headers.get('warning')).toMatch(/^111 /);

    await stage.origin.start();
    stage.origin.behave = (_request, response) => response.writeHead(500).end();
    time.now += 2000;
    expect(await (await get(stage, '/trust/timestamp.json')).text()).toBe(metadata(7));
    stage.origin.behave = (_request, response) =>
      response.writeHead(200, { 'content-type': 'application/json' }).end('<html>Sign in');
    time.now += 2000;
    expect(await (await get(stage, '/trust/timestamp.json')).text()).toBe(metadata(7));
    stage.origin.behave = honest;
    time.now += 2000;
    expect((await get(stage, '/trust/timestamp.json')).headers.get('warning')).toBeNull();
  });

  it('asks a silent origin once a moment, not once a request', async () => {
    const { stage, time } = await stageAt(repository({ version: 1 }));
    await (await get(stage, '/trust/timestamp.json')).text();
    time.now += 5000;
    stage.origin.behave = (_request, response) => response.writeHead(503).end();
    for (let i = 0; i < 5; i++) await (await get(stage, '/trust/timestamp.json')).text();
    expect(stage.origin.asked).toHaveLength(2);
  });

  it('is what the origin has now for a client that asks for that', async () => {
    const state = { version: 1 };
    const { stage } = await stageAt(repository(state));
    await (await get(stage, '/trust/timestamp.json')).text();
    state.version = 2;
    expect(
      await (await get(stage, '/trust/timestamp.json', { 'cache-control': 'no-cache' })).text(),
    ).toBe(metadata(2));
  });
});

/** Consistent metadata: a timestamp that vouches for a snapshot that vouches for a role. */
function consistent(state: { role: string; snapshot: string }): Origin['behave'] {
  const file = (version: number, more: object) =>
    JSON.stringify({ signed: { version, ...more }, signatures: [] });
  const meta = (name: string, text: string) => ({
    [name]: {
      version: 3,
      length: text.length,
      hashes: { sha256: digestOf(Buffer.from(text)).slice(7) },
    },
  });
  const role = file(3, { targets: { role: 1 } });
  const snapshot = file(3, { meta: meta('acme.glyphs.json', role) });
  const served: Record<string, string> = {
    '/trust/timestamp.json': file(9, { meta: meta('snapshot.json', snapshot) }),
    '/trust/2.root.json': file(2, {}),
  };
  return (request, response) => {
    const { url = '' } = request;
    if (url === '/trust/3.snapshot.json') return response.end(state.snapshot || snapshot);
    if (url === '/trust/3.acme.glyphs.json') return response.end(state.role || role);
    const text = served[url];
    return text === undefined ? response.writeHead(404).end() : response.end(text);
  };
}

describe('versioned metadata', () => {
  const [timestamp, snapshot, role] = [
    '/trust/timestamp.json',
    '/trust/3.snapshot.json',
    '/trust/3.acme.glyphs.json',
  ] as const;
  const textOf = async (stage: Stage, path: string, headers = {}) =>
    (await get(stage, path, headers)).text();
  const times = (stage: Stage, path: string) =>
    stage.origin.asked.filter((asked) => asked.path === path).length;

  it('that the timestamp vouches for is asked for once and for good, through restarts', async () => {
    const { stage, time } = await stageAt(consistent({ role: '', snapshot: '' }));
    const first = [];
    for (const path of [timestamp, snapshot, role, '/trust/2.root.json'])
      first.push(await textOf(stage, path));
    await stage.origin.stop();
    await stage.restart();
    time.now += 1e10;
    for (const [at, path] of [timestamp, snapshot, role, '/trust/2.root.json'].entries()) {
      const answer = await get(stage, path);
      expect([path, answer.status, await answer.text()]).toEqual([path, 200, first[at]]);
      if (path !== timestamp) expect(answer.headers.get('cache-control')).toContain('immutable');
    }
  });

  it('that nothing kept vouches for is passed on, and neither kept nor called immutable', async () => {
    const { stage } = await stageAt(consistent({ role: '', snapshot: '' }));
    for (const path of [snapshot, snapshot, role, role]) {
      const answer = await get(stage, path);
      expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'no-cache']);
    }
    expect([times(stage, snapshot), times(stage, role)]).toEqual([2, 2]);
  });

  it.each([
    ['snapshot', snapshot],
    ['role', role],
  ] as const)('that is another %s than was vouched for is not kept', async (which, path) => {
    const state = { role: '', snapshot: '' };
    const { stage } = await stageAt(consistent(state));
    for (const before of [timestamp, ...(which === 'role' ? [snapshot] : [])])
      await textOf(stage, before);
    state[which] = JSON.stringify({ signed: { version: 3, taken: 'back' } });
    const wrong = await get(stage, path);
    expect([await wrong.text(), wrong.headers.get('cache-control')]).toEqual([
      state[which],
      'no-cache',
    ]);
    state[which] = '';
    const right = await textOf(stage, path);
    expect(right).not.toContain('taken');
    expect(await textOf(stage, path)).toBe(right);
    expect(times(stage, path)).toBe(2);
  });

  it('that was kept, and is not what the timestamp vouches for now, is asked for again', async () => {
    const state = { role: '', snapshot: '' };
    const { stage, time } = await stageAt(consistent(state));
    for (const path of [timestamp, snapshot, role]) await textOf(stage, path);
    // The origin was restored from a backup: the same versions with other content.
    const restored = JSON.stringify({ signed: { version: 3, meta: {}, restored: true } });
    const anew = JSON.stringify({
      signed: {
        version: 10,
        meta: {
          'snapshot.json': {
            version: 3,
            hashes: { sha256: digestOf(Buffer.from(restored)).slice(7) },
          },
        },
      },
    });
    stage.origin.behave = (request, response) =>
      response.end(request.url === timestamp ? anew : restored);
    time.now += 5000;
    expect(await textOf(stage, timestamp)).toBe(anew);
    expect(await textOf(stage, snapshot)).toBe(restored);
    expect(await textOf(stage, snapshot)).toBe(restored);
    expect(times(stage, snapshot)).toBe(2);
  });

  it('is what the origin has now for a client that asks for that', async () => {
    const { stage } = await stageAt(consistent({ role: '', snapshot: '' }));
    const path = '/trust/2.root.json';
    await textOf(stage, path);
    const other = JSON.stringify({ signed: { version: 2, other: true } });
    stage.origin.behave = (_request, response) => response.end(other);
    expect(await textOf(stage, path)).not.toBe(other);
    expect(await textOf(stage, path, { 'cache-control': 'no-cache' })).toBe(other);
    expect(await textOf(stage, path)).toBe(other);
  });

  it('that is not there is asked for once a moment, by all who look for the next root', async () => {
    const state = { version: 1 };
    const { stage, time } = await stageAt(repository(state));
    const statuses = await Promise.all(
      Array.from({ length: 50 }, async () => (await get(stage, '/trust/2.root.json')).status),
    );
    expect(new Set(statuses)).toEqual(new Set([404]));
    expect(stage.origin.asked).toHaveLength(1);
    await stage.origin.stop();
    time.now += 90_000;
    // The device's refresh goes on: its timestamp is then as old as this answer.
    expect((await get(stage, '/trust/2.root.json')).status).toBe(404);
    await stage.origin.start();
    state.version = 2;
    time.now += 1500;
    expect((await get(stage, '/trust/2.root.json')).status).toBe(200);
  });

  it.each([
    ['a page', '<html>'],
    ['another version', metadata(4)],
    ['nothing', ''],
  ])('that is %s in truth is refused and not kept', async (_, body) => {
    const { stage } = await stageAt((_request, response) => response.writeHead(200).end(body));
    expect((await get(stage, '/trust/3.root.json')).status).toBe(502);
    stage.origin.behave = repository({ version: 3 });
    expect(await (await get(stage, '/trust/3.root.json')).text()).toBe(metadata(3));
  });
});

describe('a document named by its digest', () => {
  const body = '{"schemaVersion":2}';
  const digest = digestOf(Buffer.from(body));
  const manifest = `/v2/acme/glyphs/manifests/${digest}`;
  const target = `/trust/targets/families/acme/glyphs/${digest.slice(7)}.policy.json`;

  it.each([manifest, target])('is kept for good with its type: %s', async (path) => {
    const type = 'application/vnd.oci.image.manifest.v1+json';
    const { stage } = await stageAt((_request, response) =>
      response.writeHead(200, { 'content-type': type }).end(body),
    );
    await (await get(stage, path)).text();
    await stage.origin.stop();
    const answer = await get(stage, path);
    expect([await answer.text(), answer.headers.get('content-type')]).toEqual([body, type]);
  });

  it.each([manifest, target])(
    'with other bytes is refused as such and not kept: %s',
    async (path) => {
      const { stage } = await stageAt((_request, response) => response.end(`${body} `));
      const answer = await get(stage, path);
      expect([
        answer.status,
        ((await answer.json()) as { error: { code: string } }).error.code,
      ]).toEqual([422, 'trust-digest']);
      stage.origin.behave = (_request, response) => response.end(body);
      expect(await (await get(stage, path)).text()).toBe(body);
    },
  );

  it('whose file on the disk was damaged is fetched again', async () => {
    const { stage } = await stageAt((_request, response) => response.end(body));
    await (await get(stage, manifest)).text();
    const [file] = await readdir(join(stage.dir, 'documents'));
    await stage.edge.close();
    await writeFile(join(stage.dir, 'documents', file!), '{"key":"x"}\nrubbish');
    await stage.restart();
    expect(await (await get(stage, manifest)).text()).toBe(body);
    expect(stage.origin.asked).toHaveLength(2);
  });

  it('is not kept where the origin forbids it', async () => {
    const { stage } = await stageAt((_request, response) =>
      response.writeHead(200, { 'cache-control': 'no-store' }).end(body),
    );
    for (const _ of [1, 2]) expect(await (await get(stage, manifest)).text()).toBe(body);
    expect(stage.origin.asked).toHaveLength(2);
  });
});

describe('a tag', () => {
  it('is asked about every time, conditionally, apart for each form that clients accept', async () => {
    const { stage } = await stageAt((request, response) => {
      const etag = `"${request.headers.accept}"`;
      if (request.headers['if-none-match'] === etag) return response.writeHead(304).end();
      return response.writeHead(200, { etag }).end(String(request.headers.accept));
    });
    const path = '/v2/acme/glyphs/manifests/1.0.0';
    for (const accept of ['a/a', 'b/b', 'a/a'])
      expect(await (await get(stage, path, { accept })).text()).toBe(accept);
    expect(stage.origin.asked.map(({ headers }) => headers['if-none-match'])).toEqual([
      undefined,
      undefined,
      '"a/a"',
    ]);
  });
});

describe('everything else', () => {
  it('passes through as it is: query, status, twofold headers, and credentials', async () => {
    const { stage } = await stageAt((request, response) =>
      response
        .writeHead(203, { 'x-seen': request.headers.authorization, 'set-cookie': ['a=1', 'b=2'] })
        .end(request.url),
    );
    const answer = await get(stage, '/api/v1/devices?a=b', { authorization: 'Bearer x' });
    expect([answer.status, answer.headers.get('x-seen'), await answer.text()]).toEqual([
      203,
      'Bearer x',
      '/api/v1/devices?a=b',
    ]);
    expect(answer.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
  });

  it('without the headers that belong to one connection, and with the trace', async () => {
    const { stage } = await stageAt((_request, response) =>
      response
        .writeHead(200, {
          connection: 'keep-alive, x-private',
          'x-private': '1',
          'keep-alive': 'timeout=99',
        })
        .end(),
    );
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const answer = await get(stage, '/x', { traceparent, te: 'trailers', 'x-kept': '1' });
    expect([answer.headers.get('x-private'), answer.headers.get('keep-alive')]).not.toContain('1');
    const { headers } = stage.origin.asked[0]!;
    expect([headers.te, headers['x-kept'], headers.via]).toEqual([
      undefined,
      '1',
      '1.1 selvedge-edge',
    ]);
    expect(headers.traceparent).toMatch(
      /^00-0af7651916cd43dd8448eb211c80319c-(?!b7ad6b7169203331)/,
    );
    expect(headers.host).toBe(new URL(stage.origin.url).host);
  });

  it.each([
    '//169.254.169.254/latest',
    'http://169.254.169.254/latest',
    '/\\169.254.169.254/x',
    '*',
  ])('never leaves the origin, whatever the target says: %s', async (target) => {
    const { stage } = await stageAt((request, response) => response.end(request.url));
    const answer = await rawGet(stage.edge.url, target);
    const asked = stage.origin.asked.map(({ path, headers }) => `${headers.host} ${path}`);
    if (/ 400 /.test(answer)) expect(asked).toEqual([]);
    else
      expect(asked).toEqual([
        expect.stringMatching(new RegExp(`^${new URL(stage.origin.url).host} /`)),
      ]);
  });
});

/** A request whose target no client library would send. */
function rawGet(url: string, target: string): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () =>
      socket.write(`GET ${target} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n`),
    );
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk;
    });
    socket.on('end', () => resolve(text)).on('error', reject);
  });
}
