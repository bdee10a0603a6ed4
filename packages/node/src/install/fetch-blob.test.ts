import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type BlobOrigin, blobOrigin } from '../../../../tests/support/blob-origin.ts';
import { digestOf } from '../../../../tests/support/tiny-release.ts';
import { readAll } from '../http/index.ts';
import { type ContentStore, directoryStore } from '../store/index.ts';
import { fetchBlob } from './fetch-blob.ts';

const size = 300_000;
const blob = Uint8Array.from({ length: size }, (_, at) => (at * 7 + (at >> 8)) & 255);
const digest = digestOf(blob);
const wanted = {
  family: 'acme/digits',
  kind: 'blobs',
  descriptor: { mediaType: 'application/octet-stream', digest, size },
} as const;

let dir: string;
let store: ContentStore;
let origin: BlobOrigin;
let received: number;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'fetch-blob-'));
  store = directoryStore(dir);
  origin = await blobOrigin([[digest, blob]]);
  received = 0;
});

afterEach(async () => {
  await origin.close();
  await rm(dir, { recursive: true, force: true });
});

const fetchIt = (...others: string[]) =>
  fetchBlob(wanted, {
    origins: [origin.url, ...others],
    store,
    idleMs: 2_000,
    onBytes: (bytes) => {
      received += bytes;
    },
  });

const stored = async () => {
  const body = await store.read(digest);
  return body && Buffer.from(await readAll(body)).equals(Buffer.from(blob));
};

describe('a blob is fetched', () => {
  it('once, and not again when it is there', async () => {
    await fetchIt();
    await fetchIt();
    expect(await stored()).toBe(true);
    expect(origin.requests).toHaveLength(1);
    expect(received).toBe(size);
  });

  it('on from where a dropped connection left it', async () => {
    origin.fault = { kind: 'drop', afterBytes: 100_000 };
    await fetchIt();
    expect(await stored()).toBe(true);
    expect(origin.requests.length).toBeGreaterThan(2);
    expect(origin.requests[1]).toMatch(/bytes=\d+-$/);
    expect(received).toBe(size);
  });

  it('on from where another process left it', async () => {
    const writer = await store.writer(wanted.descriptor);
    await writer.write(blob.subarray(0, 200_000));
    await writer.suspend();
    await fetchIt();
    expect(await stored()).toBe(true);
    expect(received).toBe(100_000);
  });

  it('whole from an origin that ignores ranges, without keeping a byte twice', async () => {
    const writer = await store.writer(wanted.descriptor);
    await writer.write(blob.subarray(0, 200_000));
    await writer.suspend();
    origin.fault = { kind: 'ignore-range' };
    await fetchIt();
    expect(await stored()).toBe(true);
    expect(received).toBe(size);
  });

  it('from the start when what was left there is not its beginning', async () => {
    const writer = await store.writer(wanted.descriptor);
    await writer.write(new Uint8Array(200_000));
    await writer.suspend();
    await fetchIt();
    expect(await stored()).toBe(true);
  });

  it('from the next origin when the first one lies, and the lie is told', async () => {
    const honest = await blobOrigin([[digest, blob]]);
    origin.fault = { kind: 'tamper' };
    const refused: string[] = [];
    await fetchBlob(wanted, {
      origins: [origin.url, honest.url],
      store,
      idleMs: 2_000,
      onRefused: (error) => refused.push(error.code),
    });
    expect(refused).toEqual(['trust-digest']);
    expect(await stored()).toBe(true);
    await honest.close();
  });
});

describe('a blob is refused', () => {
  it.each([
    ['tampered bytes', { kind: 'tamper' }, 'trust-digest'],
    ['more bytes than were signed', { kind: 'endless' }, 'trust-too-large'],
    ['an HTML page', { kind: 'html' }, 'bad-upstream'],
    ['a 404', { kind: 'status', status: 404 }, 'bad-upstream'],
    ['a 403', { kind: 'status', status: 403 }, 'bad-upstream'],
    ['a 503', { kind: 'status', status: 503 }, 'unavailable'],
  ] as const)('for %s', async (_, fault, code) => {
    origin.fault = fault;
    await expect(fetchIt()).rejects.toMatchObject({ code });
    expect(await store.stat(digest)).toBeUndefined();
  });

  it('by an origin that is not there, within a moment', async () => {
    await origin.close();
    await expect(fetchIt()).rejects.toMatchObject({ code: 'network' });
    origin = await blobOrigin();
  });

  it('when the connection drops again and again without a new byte, and what came is kept', async () => {
    const writer = await store.writer(wanted.descriptor);
    await writer.write(blob.subarray(0, 50_000));
    await writer.suspend();
    origin.fault = { kind: 'drop', afterBytes: 0 };
    await expect(fetchIt()).rejects.toMatchObject({ code: 'network' });
    expect(await readdir(join(dir, 'partial'))).toHaveLength(1);
    origin.fault = undefined;
    await fetchIt();
    expect(received).toBe(size - 50_000);
  });
});
