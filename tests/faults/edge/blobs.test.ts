import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { httpFetch } from '@selvedge/node/http';
import { afterEach, describe, expect, it } from 'vitest';
import {
  type Blob,
  digestOf,
  makeBlob,
  metric,
  type Origin,
  openStage,
  type Stage,
  serveBlob,
  serveInTwo,
} from './origin.ts';

const mebi = 1024 * 1024;
const stages: Stage[] = [];
afterEach(async () => {
  await Promise.all(stages.splice(0).map((stage) => stage.close()));
});

async function stageOf(...args: Parameters<typeof openStage>): Promise<Stage> {
  const stage = await openStage(...args);
  stages.push(stage);
  return stage;
}

const get = (stage: Stage, path: string, headers: Record<string, string> = {}) =>
  fetch(stage.edge.url + path, { headers });
const bytesOf = async (answer: Response) => Buffer.from(await answer.arrayBuffer());

/** Reads to the end; the number that came, or why it broke off. */
async function outcomeOf(answer: Response): Promise<string> {
  let received = 0;
  try {
    for await (const chunk of answer.body!) received += chunk.length;
    return `whole, ${received} bytes`;
  } catch {
    return 'cut';
  }
}

describe('a blob that many want at once', () => {
  it('is asked for once, and its first bytes reach all before the origin has sent the rest', async () => {
    const blob = makeBlob(64 * mebi);
    const gate = Promise.withResolvers<void>();
    const stage = await stageOf(serveInTwo(blob, mebi, gate.promise));
    let begun = 0;
    const digests = await Promise.all(
      Array.from({ length: 16 }, async () => {
        const answer = await httpFetch(stage.edge.url + blob.path);
        const hash = createHash('sha256');
        let first = true;
        for await (const chunk of answer.body) {
          // The origin goes on only when everybody has something: none may wait for the whole.
          if (first && ++begun === 16) gate.resolve();
          first = false;
          hash.update(chunk);
        }
        return `sha256:${hash.digest('hex')}`;
      }),
    );
    expect(new Set(digests)).toEqual(new Set([blob.digest]));
    expect(stage.origin.asked).toHaveLength(1);
    expect(await metric(stage.edge, 'edge_cache_requests_total', 'how="collapsed"')).toBe(15);
  });

  it('goes on filling when the one who asked first has left', async () => {
    const blob = makeBlob(8 * mebi);
    const gate = Promise.withResolvers<void>();
    const stage = await stageOf(serveInTwo(blob, mebi, gate.promise));
    const first = await get(stage, blob.path);
    await first.body!.cancel();
    gate.resolve();
    expect(digestOf(await bytesOf(await get(stage, blob.path)))).toBe(blob.digest);
    expect(stage.origin.asked).toHaveLength(1);
  });
});

describe('a Range on a cold miss', () => {
  it('is served as the bytes arrive, and the whole is filled once', async () => {
    const blob = makeBlob(4 * mebi);
    const gate = Promise.withResolvers<void>();
    const stage = await stageOf(serveInTwo(blob, mebi, gate.promise));
    const part = await get(stage, blob.path, { range: 'bytes=1000-1999' });
    expect(part.status).toBe(206);
    expect(part.headers.get('content-range')).toBe(`bytes 1000-1999/${blob.bytes.length}`);
    expect(await bytesOf(part)).toEqual(blob.bytes.subarray(1000, 2000));
    gate.resolve();
    const across = await get(stage, blob.path, { range: `bytes=${mebi - 10}-` });
    expect(blob.bytes.subarray(mebi - 10).equals(await bytesOf(across))).toBe(true);
    expect(digestOf(await bytesOf(await get(stage, blob.path)))).toBe(blob.digest);
    expect(stage.origin.asked).toHaveLength(1);
    expect(stage.origin.asked[0]!.headers.range).toBeUndefined();
  });

  it('far beyond what has arrived is fetched at once beside the fill', async () => {
    const blob = makeBlob(24 * mebi);
    const gate = Promise.withResolvers<void>();
    const honest = serveBlob(blob);
    const slow = serveInTwo(blob, mebi, gate.promise);
    const stage = await stageOf((request, response) =>
      (request.headers.range ? honest : slow)(request, response),
    );
    const start = 20 * mebi;
    const part = await get(stage, blob.path, { range: `bytes=${start}-${start + 99}` });
    expect([part.status, await bytesOf(part)]).toEqual([
      206,
      blob.bytes.subarray(start, start + 100),
    ]);
    gate.resolve();
    expect(digestOf(await bytesOf(await get(stage, blob.path)))).toBe(blob.digest);
    expect(stage.origin.asked.map(({ headers }) => headers.range)).toEqual([
      undefined,
      `bytes=${start}-${start + 99}`,
    ]);
  });

  it('outside the blob is a 416; a suffix, an If-Range that does not hold and several parts are understood', async () => {
    const blob = makeBlob(10_000);
    const stage = await stageOf(serveBlob(blob));
    const outside = await get(stage, blob.path, { range: 'bytes=10000-' });
    expect([outside.status, outside.headers.get('content-range')]).toEqual([416, 'bytes */10000']);
    expect(await bytesOf(await get(stage, blob.path, { range: 'bytes=-5' }))).toEqual(
      blob.bytes.subarray(-5),
    );
    for (const headers of [
      { range: 'bytes=0-1', 'if-range': '"other"' },
      { range: 'bytes=0-1,5-6' },
      { range: 'bytes=2-1' },
    ]) {
      const whole = await get(stage, blob.path, headers as unknown as Record<string, string>);
      expect([whole.status, (await bytesOf(whole)).length]).toEqual([200, 10_000]);
    }
  });
});

describe('an origin that lies about a digest', () => {
  it.each([
    ['with a length', true],
    ['without one', false],
  ])(
    "%s: the client's answer is cut, nothing is stored, and the next one asks again",
    async (_, withLength) => {
      const blob = makeBlob(3 * mebi);
      const wrong = Buffer.from(blob.bytes);
      wrong[2_000_000]! ^= 1;
      const stage = await stageOf((_request, response) => {
        response.writeHead(200, withLength ? { 'content-length': wrong.length } : {});
        response.end(wrong);
      });
      const outcomes = await Promise.all(
        [1, 2, 3].map(async () => outcomeOf(await get(stage, blob.path))),
      );
      expect(outcomes).toEqual(['cut', 'cut', 'cut']);
      expect(await readdir(join(stage.dir, 'blobs', 'partial'))).toEqual([]);
      expect(
        await metric(stage.edge, 'edge_cache_fill_failures_total', 'code="trust-digest"'),
      ).toBe(1);

      stage.origin.behave = serveBlob(blob);
      expect(digestOf(await bytesOf(await get(stage, blob.path)))).toBe(blob.digest);
    },
  );
});

describe('an origin that drops the connection', () => {
  /** Sends at most `share` of what is asked, then drops; honest when there is little left. */
  const dropping = (blob: Blob, ranges: boolean): Origin['behave'] => {
    let times = 0;
    return (request, response) => {
      const from = ranges
        ? Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0)
        : 0;
      const to = ++times > 3 ? blob.bytes.length : from + mebi;
      response.writeHead(from > 0 ? 206 : 200, {
        'content-length': blob.bytes.length - from,
        ...(from > 0
          ? { 'content-range': `bytes ${from}-${blob.bytes.length - 1}/${blob.bytes.length}` }
          : {}),
      });
      response.write(blob.bytes.subarray(from, to), () =>
        to < blob.bytes.length ? response.destroy() : response.end(),
      );
    };
  };

  it.each([
    ['that knows Range', true],
    ['that does not', false],
  ])(
    '%s: the transfer goes on where it stopped, and the client notices nothing',
    async (_, ranges) => {
      const blob = makeBlob(5 * mebi);
      const stage = await stageOf(dropping(blob, ranges));
      expect(digestOf(await bytesOf(await get(stage, blob.path)))).toBe(blob.digest);
      const froms = stage.origin.asked.map(({ headers }) => headers.range);
      expect(froms.length).toBe(4);
      expect(froms.slice(1).every((range) => /^bytes=[1-9]\d*-$/.test(range ?? ''))).toBe(true);
    },
  );

  it('for good: the client is cut, what came is kept, and the next one gets the rest', async () => {
    const blob = makeBlob(4 * mebi);
    const stage = await stageOf((_request, response) => {
      response.writeHead(200, { 'content-length': blob.bytes.length });
      response.write(blob.bytes.subarray(0, 2 * mebi), () => {
        response.destroy();
        stage.origin.behave = (_again, gone) => gone.destroy();
      });
    });
    expect(await outcomeOf(await get(stage, blob.path))).toBe('cut');
    const before = stage.origin.asked.length;
    stage.origin.behave = serveBlob(blob);
    expect(digestOf(await bytesOf(await get(stage, blob.path)))).toBe(blob.digest);
    const [again, ...more] = stage.origin.asked.slice(before);
    expect(more).toEqual([]);
    // What was under way when the connection broke may be lost.
    expect(Number(/^bytes=(\d+)-$/.exec(again?.headers.range ?? '')?.[1])).toBeGreaterThan(mebi);
  });
});

describe('an origin that answers something else', () => {
  it('an HTML page: the client is told, and nothing is kept', async () => {
    const blob = makeBlob(1000);
    const stage = await stageOf((_request, response) =>
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html>'),
    );
    const answer = await get(stage, blob.path);
    expect(answer.status).toBe(502);
    expect(await answer.json()).toMatchObject({ error: { code: 'bad-upstream' } });
    stage.origin.behave = serveBlob(blob);
    expect(digestOf(await bytesOf(await get(stage, blob.path)))).toBe(blob.digest);
  });

  it.each([404, 401, 500, 503])('a %d: it is passed on and not remembered', async (status) => {
    const blob = makeBlob(1000);
    const stage = await stageOf((_request, response) =>
      response
        .writeHead(status, { 'content-type': 'application/json', 'www-authenticate': 'Bearer' })
        .end('{"errors":[]}'),
    );
    const answer = await get(stage, blob.path);
    expect([answer.status, await answer.text(), answer.headers.get('www-authenticate')]).toEqual([
      status,
      '{"errors":[]}',
      'Bearer',
    ]);
    stage.origin.behave = serveBlob(blob);
    expect(digestOf(await bytesOf(await get(stage, blob.path)))).toBe(blob.digest);
  });

  it('nothing, since it is gone: 502 that says so', async () => {
    const stage = await stageOf(() => {});
    await stage.origin.stop();
    const answer = await get(stage, makeBlob(10).path);
    expect([
      answer.status,
      ((await answer.json()) as { error: { code: string } }).error.code,
    ]).toEqual([502, 'network']);
  });
});

describe('what is in the cache', () => {
  it('is served without the origin, after a restart too, with its tag, its length and its type', async () => {
    const blob = makeBlob(300_000);
    const stage = await stageOf(serveBlob(blob));
    await bytesOf(await get(stage, blob.path));
    await stage.origin.stop();
    await stage.restart();
    const answer = await get(stage, blob.path.replace('acme/glyphs', 'other/name'));
    expect(digestOf(await bytesOf(answer))).toBe(blob.digest);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      etag: `"${blob.digest}"`,
      'content-length': '300000',
      'content-type': 'application/octet-stream',
      'docker-content-digest': blob.digest,
      'cache-status': 'selvedge-edge; hit',
      via: '1.1 selvedge-edge',
    });
    const head = await fetch(stage.edge.url + blob.path, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length')]).toEqual([200, '300000']);
    const same = await get(stage, blob.path, { 'if-none-match': `W/"x", "${blob.digest}"` });
    expect([same.status, await same.text()]).toEqual([304, '']);
  });

  it('stays within its bound: the least recently used go', async () => {
    const blobs = [1, 2, 3].map(() => makeBlob(400_000));
    const stage = await stageOf(
      (request, response) => {
        const blob = blobs.find(({ path }) => path === request.url);
        return blob ? serveBlob(blob)(request, response) : response.writeHead(404).end();
      },
      { maxBytes: 1_000_000 },
    );
    const [a, b, c] = blobs;
    for (const blob of [a, b, a, c, a])
      expect(digestOf(await bytesOf(await get(stage, blob!.path)))).toBe(blob!.digest);
    await expect.poll(() => metric(stage.edge, 'edge_cache_blob_bytes')).toBe(800_000);
    expect(stage.origin.asked).toHaveLength(3);
    await bytesOf(await get(stage, b!.path));
    expect(stage.origin.asked).toHaveLength(4);
  });

  it('holds no blob larger than the bound, which is passed on and checked on the way', async () => {
    const blob = makeBlob(600_000);
    const stage = await stageOf(serveBlob(blob), { maxBytes: 500_000 });
    for (const _ of [1, 2])
      expect(digestOf(await bytesOf(await get(stage, blob.path)))).toBe(blob.digest);
    expect(await metric(stage.edge, 'edge_cache_blob_bytes')).toBe(0);
    const wrong = { ...blob, bytes: Buffer.alloc(600_000) };
    stage.origin.behave = serveBlob(wrong);
    expect(await outcomeOf(await get(stage, blob.path))).toBe('cut');
  });

  it('is never an answer to somebody with credentials', async () => {
    const blob = makeBlob(1000);
    const stage = await stageOf(serveBlob(blob));
    for (const _ of [1, 2])
      await bytesOf(await get(stage, blob.path, { authorization: 'Bearer x' }));
    expect(stage.origin.asked.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer x',
      'Bearer x',
    ]);
    expect(await metric(stage.edge, 'edge_cache_blob_bytes')).toBe(0);
  });
});
