import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mediaTypes } from '@selvedge/core/release';
import { createServer } from '@selvedge/node/http';
import { directoryStore } from '@selvedge/node/store';
import { openTelemetry } from '@selvedge/node/telemetry';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSqlite } from '../data/database.ts';
import { addRegistry } from './index.ts';

const dir = await mkdtemp(join(tmpdir(), 'selvedge-oci-'));
const failures: Error[] = [];
let base = '';
let close: () => Promise<void>;

beforeAll(async () => {
  const telemetry = openTelemetry({ service: 'hub', logLevel: 'silent' });
  const database = await openSqlite(join(dir, 'hub.sqlite'));
  const server = createServer({ telemetry, port: 0 });
  await addRegistry(server.app, {
    database,
    store: directoryStore(join(dir, 'blobs')),
    uploadsDir: join(dir, 'uploads'),
    clock: () => new Date(),
    onFailure: (error) => failures.push(error),
    maxBlobBytes: 5_000_000,
  });
  base = `${await server.listen()}/v2`;
  close = async () => {
    await server.close();
    await database.destroy();
    await telemetry.close();
  };
});
afterAll(async () => {
  await close();
  await rm(dir, { recursive: true });
  expect(failures).toEqual([]);
});

const digestOf = (bytes: Uint8Array) =>
  `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

async function call(method: string, path: string, init: RequestInit = {}) {
  const url = path.startsWith('/v2/') ? base.replace(/\/v2$/, '') + path : `${base}/${path}`;
  return fetch(url, { method, ...init });
}

const codeOf = async (answer: Response) =>
  ((await answer.json()) as { errors: { code: string }[] }).errors[0]!.code;

async function pushBlob(bytes: Uint8Array, repository = 'acme/glyphs'): Promise<string> {
  const begun = await call('POST', `${repository}/blobs/uploads/`);
  expect(begun.status).toBe(202);
  const digest = digestOf(bytes);
  const done = await call('PUT', `${begun.headers.get('location')}?digest=${digest}`, {
    body: bytes as BodyInit,
    headers: { 'content-type': 'application/octet-stream' },
  });
  expect(done.status).toBe(201);
  expect(done.headers.get('docker-content-digest')).toBe(digest);
  return digest;
}

const descriptor = (mediaType: string, bytes: Uint8Array) => ({
  mediaType,
  digest: digestOf(bytes),
  size: bytes.length,
});

const manifestOf = (config: Uint8Array, layers: Uint8Array[]) =>
  Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: mediaTypes.manifest,
      artifactType: mediaTypes.modelArtifact,
      config: descriptor(mediaTypes.modelConfig, config),
      layers: layers.map((layer) => descriptor(mediaTypes.modelWeights, layer)),
    }),
  );

const putManifest = (reference: string, bytes: Uint8Array, type: string = mediaTypes.manifest) =>
  call('PUT', `acme/glyphs/manifests/${reference}`, {
    body: bytes as BodyInit,
    headers: { 'content-type': type },
  });

describe('pushing blobs', () => {
  it('takes a blob in one POST', async () => {
    const bytes = randomBytes(1000);
    const answer = await call('POST', `acme/one/blobs/uploads/?digest=${digestOf(bytes)}`, {
      body: bytes,
    });
    expect(answer.status).toBe(201);
    expect(await (await call('GET', answer.headers.get('location')!)).bytes()).toEqual(
      new Uint8Array(bytes),
    );
  });

  it('takes a blob by POST and PUT', async () => {
    const bytes = randomBytes(300_000);
    const digest = await pushBlob(bytes);
    const answer = await call('GET', `acme/glyphs/blobs/${digest}`);
    expect(Buffer.from(await answer.bytes()).equals(bytes)).toBe(true);
  });

  it('takes a blob in chunks, tells where it is, and refuses a chunk out of order', async () => {
    const bytes = randomBytes(30_000);
    const begun = await call('POST', 'acme/glyphs/blobs/uploads/');
    const location = begun.headers.get('location')!;
    const chunk = (start: number, end: number) =>
      call('PATCH', location, {
        body: bytes.subarray(start, end),
        headers: {
          'content-range': `${start}-${end - 1}`,
          'content-type': 'application/octet-stream',
        },
      });
    expect((await chunk(0, 10_000)).headers.get('range')).toBe('0-9999');
    const early = await chunk(20_000, 30_000);
    expect(early.status).toBe(416);
    expect(early.headers.get('range')).toBe('0-9999');
    const status = await call('GET', location);
    expect([status.status, status.headers.get('range')]).toEqual([204, '0-9999']);
    expect((await chunk(10_000, 20_000)).status).toBe(202);
    const done = await call('PUT', `${location}?digest=${digestOf(bytes)}`, {
      body: bytes.subarray(20_000),
      headers: { 'content-range': '20000-29999', 'content-type': 'application/octet-stream' },
    });
    expect(done.status).toBe(201);
    const stored = await call('GET', `acme/glyphs/blobs/${digestOf(bytes)}`);
    expect(Buffer.from(await stored.bytes()).equals(bytes)).toBe(true);
    expect((await call('GET', location)).status).toBe(404);
    expect(await readdir(join(dir, 'uploads'))).toEqual([]);
  });

  it('refuses bytes with another digest, and shows nothing of them', async () => {
    const digest = digestOf(randomBytes(10));
    const wrong = await call('POST', `acme/glyphs/blobs/uploads/?digest=${digest}`, {
      body: 'other',
    });
    expect([wrong.status, await codeOf(wrong)]).toEqual([400, 'DIGEST_INVALID']);
    expect((await call('HEAD', `acme/glyphs/blobs/${digest}`)).status).toBe(404);
  });

  it('refuses a digest that is none, and an algorithm it has not', async () => {
    for (const digest of ['sha256:abc', 'sha512:00', 'nonsense']) {
      const answer = await call('POST', `acme/glyphs/blobs/uploads/?digest=${digest}`, {
        body: 'x',
      });
      expect([answer.status, await codeOf(answer)]).toEqual([400, 'DIGEST_INVALID']);
    }
  });

  it('refuses a blob that is too large, before and while it arrives', async () => {
    const bytes = Buffer.alloc(5_000_001);
    const answer = await call('POST', `acme/glyphs/blobs/uploads/?digest=${digestOf(bytes)}`, {
      body: bytes,
    });
    expect([answer.status, await codeOf(answer)]).toEqual([413, 'SIZE_INVALID']);
    const begun = await call('POST', 'acme/glyphs/blobs/uploads/');
    const patched = await call('PATCH', begun.headers.get('location')!, { body: bytes });
    expect(patched.status).toBe(413);
    await call('DELETE', begun.headers.get('location')!);
  });

  it('shows nothing of a push that broke off in the middle', async () => {
    const bytes = randomBytes(100_000);
    const digest = digestOf(bytes);
    await new Promise<void>((resolve) => {
      const outgoing = httpRequest(`${base}/acme/glyphs/blobs/uploads/?digest=${digest}`, {
        method: 'POST',
        headers: { 'content-length': bytes.length },
      });
      outgoing.on('error', () => resolve());
      outgoing.write(bytes.subarray(0, 50_000), () => setTimeout(() => outgoing.destroy(), 50));
    });
    expect((await call('HEAD', `acme/glyphs/blobs/${digest}`)).status).toBe(404);
    await expect.poll(() => readdir(join(dir, 'blobs', 'partial'))).toEqual([]);
  });

  it('mounts a blob from a repository that has it, and begins an upload otherwise', async () => {
    const bytes = randomBytes(100);
    const digest = await pushBlob(bytes, 'acme/source');
    expect((await call('HEAD', `acme/target/blobs/${digest}`)).status).toBe(404);
    const mount = (from: string) =>
      call('POST', `acme/target/blobs/uploads/?mount=${digest}&from=${from}`);
    expect((await mount('acme/nowhere')).status).toBe(202);
    expect((await mount('acme/source')).status).toBe(201);
    expect((await call('HEAD', `acme/target/blobs/${digest}`)).status).toBe(200);
  });

  it('forgets an upload that is cancelled, and knows no other repository’s', async () => {
    const begun = await call('POST', 'acme/glyphs/blobs/uploads/');
    const location = begun.headers.get('location')!;
    const foreign = await call('GET', location.replace('acme/glyphs', 'acme/other'));
    expect([foreign.status, await codeOf(foreign)]).toEqual([404, 'BLOB_UPLOAD_UNKNOWN']);
    expect((await call('DELETE', location)).status).toBe(204);
    expect((await call('PATCH', location, { body: 'x' })).status).toBe(404);
  });
});

describe('pulling blobs', () => {
  it('answers HEAD, ranges and conditions', async () => {
    const bytes = randomBytes(1000);
    const digest = await pushBlob(bytes);
    const path = `acme/glyphs/blobs/${digest}`;
    const head = await call('HEAD', path);
    expect([head.status, head.headers.get('content-length')]).toEqual([200, '1000']);
    const ranged = async (range: string) => {
      const answer = await call('GET', path, { headers: { range } });
      return [answer.status, answer.headers.get('content-range'), (await answer.bytes()).length];
    };
    expect(await ranged('bytes=0-99')).toEqual([206, 'bytes 0-99/1000', 100]);
    expect(await ranged('bytes=990-')).toEqual([206, 'bytes 990-999/1000', 10]);
    expect(await ranged('bytes=-5')).toEqual([206, 'bytes 995-999/1000', 5]);
    expect(await ranged('bytes=0-1,4-5')).toEqual([200, null, 1000]);
    expect((await ranged('bytes=1000-'))[0]).toBe(416);
    const etag = head.headers.get('etag')!;
    expect((await call('GET', path, { headers: { 'if-none-match': etag } })).status).toBe(304);
    const stale = await call('GET', path, {
      headers: { range: 'bytes=0-9', 'if-range': '"other"' },
    });
    expect(stale.status).toBe(200);
  });

  it('knows only what was pushed to that repository', async () => {
    const digest = await pushBlob(randomBytes(10));
    const answer = await call('GET', `acme/elsewhere/blobs/${digest}`);
    expect([answer.status, await codeOf(answer)]).toEqual([404, 'BLOB_UNKNOWN']);
  });

  it('refuses names that are none', async () => {
    const answer = await call('GET', `Acme/glyphs/blobs/${digestOf(randomBytes(1))}`);
    expect([answer.status, await codeOf(answer)]).toEqual([400, 'NAME_INVALID']);
  });
});

describe('manifests', () => {
  it('are pushed by tag and by digest, and pulled byte for byte', async () => {
    const [config, layer] = [Buffer.from('{}'), randomBytes(50)];
    await pushBlob(config);
    await pushBlob(layer);
    const manifest = manifestOf(config, [layer]);
    const put = await putManifest('1.0.0-fp32', manifest);
    expect([put.status, put.headers.get('docker-content-digest')]).toEqual([
      201,
      digestOf(manifest),
    ]);
    for (const reference of ['1.0.0-fp32', digestOf(manifest)]) {
      const got = await call('GET', `acme/glyphs/manifests/${reference}`);
      expect(got.headers.get('content-type')).toBe(mediaTypes.manifest);
      expect(Buffer.from(await got.bytes()).equals(manifest)).toBe(true);
    }
    expect((await putManifest(digestOf(manifest), manifest)).status).toBe(201);
    const wrong = await putManifest(digestOf(config), manifest);
    expect([wrong.status, await codeOf(wrong)]).toEqual([400, 'DIGEST_INVALID']);
  });

  it('may name only what is there: blobs of a manifest, manifests of an index', async () => {
    const [config, layer] = [Buffer.from('{"a":1}'), randomBytes(50)];
    const manifest = manifestOf(config, [layer]);
    await pushBlob(config);
    const early = await putManifest('early', manifest);
    expect([early.status, await codeOf(early)]).toEqual([404, 'MANIFEST_BLOB_UNKNOWN']);
    expect((await call('GET', 'acme/glyphs/manifests/early')).status).toBe(404);

    const index = Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: mediaTypes.index,
        artifactType: mediaTypes.releaseArtifact,
        manifests: [descriptor(mediaTypes.manifest, manifest)],
      }),
    );
    const headless = await putManifest('1.0.0', index, mediaTypes.index);
    expect([headless.status, await codeOf(headless)]).toEqual([404, 'MANIFEST_BLOB_UNKNOWN']);
    await pushBlob(layer);
    expect((await putManifest(digestOf(manifest), manifest)).status).toBe(201);
    expect((await putManifest('1.0.0', index, mediaTypes.index)).status).toBe(201);
    const got = await call('GET', 'acme/glyphs/manifests/1.0.0');
    expect(got.headers.get('content-type')).toBe(mediaTypes.index);
  });

  it('are refused when they are not what they say', async () => {
    const config = Buffer.from('{}');
    await pushBlob(config);
    const good = manifestOf(config, []);
    const cases: [Uint8Array, string][] = [
      [Buffer.from('not json'), mediaTypes.manifest],
      [Buffer.from('{"schemaVersion":2}'), mediaTypes.manifest],
      [Buffer.from('{"schemaVersion":1,"config":{},"layers":[]}'), mediaTypes.manifest],
      [good, mediaTypes.index],
      [good, 'text/plain'],
    ];
    for (const [bytes, type] of cases) {
      const answer = await putManifest('bad', bytes, type);
      expect([answer.status, await codeOf(answer)]).toEqual([400, 'MANIFEST_INVALID']);
    }
    const huge = await putManifest('bad', Buffer.alloc(4 * 1024 * 1024 + 1, 0x20));
    expect([huge.status, await codeOf(huge)]).toEqual([413, 'SIZE_INVALID']);
  });

  it('are listed by tag, in pages, and a tag can move', async () => {
    const config = Buffer.from('{"tags":true}');
    await pushBlob(config, 'acme/tagged');
    const put = (tag: string, layers: Uint8Array[] = []) =>
      call('PUT', `acme/tagged/manifests/${tag}`, {
        body: manifestOf(config, layers),
        headers: { 'content-type': mediaTypes.manifest },
      });
    for (const tag of ['b', 'a', 'c']) expect((await put(tag)).status).toBe(201);
    const all = await call('GET', 'acme/tagged/tags/list');
    expect(await all.json()).toEqual({ name: 'acme/tagged', tags: ['a', 'b', 'c'] });
    const first = await call('GET', 'acme/tagged/tags/list?n=2');
    expect(((await first.json()) as { tags: string[] }).tags).toEqual(['a', 'b']);
    const next = /<(.+)>; rel="next"/.exec(first.headers.get('link')!)![1]!;
    expect(((await (await call('GET', next)).json()) as { tags: string[] }).tags).toEqual(['c']);
    const before = (await call('HEAD', 'acme/tagged/manifests/a')).headers.get('etag');
    const layer = randomBytes(3);
    await pushBlob(layer, 'acme/tagged');
    await put('a', [layer]);
    expect((await call('HEAD', 'acme/tagged/manifests/a')).headers.get('etag')).not.toBe(before);
    const unknown = await call('GET', 'acme/nothing/tags/list');
    expect([unknown.status, await codeOf(unknown)]).toEqual([404, 'NAME_UNKNOWN']);
  });
});

it('says at /v2/ that it is a registry', async () => {
  const answer = await call('GET', '/v2/');
  expect(answer.status).toBe(200);
  expect(answer.headers.get('docker-distribution-api-version')).toBe('registry/2.0');
});
