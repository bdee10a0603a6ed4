/**
 * What every {@link ContentStore} must do, whatever it stores in or wraps. Run it from a test:
 *
 *     contentStoreAcceptance('directory', async () => directoryStore(await freshDirectory()));
 */
import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { BlobInfo, ContentStore } from '../ports.ts';

/** `make` gives an empty store, a new one each time. */
export function contentStoreAcceptance(name: string, make: () => Promise<ContentStore>): void {
  describe(`${name} as a content store`, () => {
    it('knows nothing at first', async () => {
      const store = await make();
      expect(await store.stat(digestOf(bytesOf(1)))).toBeUndefined();
      expect(await store.read(digestOf(bytesOf(1)))).toBeUndefined();
      expect(await listed(store)).toEqual([]);
    });

    it('gives back what was committed, whole and in parts', async () => {
      const store = await make();
      const bytes = randomBytes(700_001);
      const digest = await put(store, bytes, 65_537);
      expect(await store.stat(digest)).toEqual({ digest, size: bytes.length });
      expect(await whole(store, digest)).toEqual(bytes);
      for (const [start, end] of [
        [0, 1],
        [0, 0],
        [299_999, 600_000],
        [700_000, 700_001],
        [5, 9e9],
      ] as const) {
        expect(await whole(store, digest, { start, end })).toEqual(bytes.subarray(start, end));
      }
      expect(await listed(store)).toEqual([{ digest, size: bytes.length }]);
    });

    it('stores an empty blob', async () => {
      const store = await make();
      const digest = await put(store, Buffer.alloc(0), 1);
      expect(await store.stat(digest)).toEqual({ digest, size: 0 });
      expect(await whole(store, digest)).toEqual(Buffer.alloc(0));
    });

    it('shows nothing of an upload before it is committed', async () => {
      const store = await make();
      const bytes = randomBytes(1000);
      const digest = digestOf(bytes);
      const writer = await store.writer({ digest, size: bytes.length });
      await writer.write(bytes);
      expect(await store.stat(digest)).toBeUndefined();
      expect(await listed(store)).toEqual([]);
      await writer.commit();
      expect(await store.stat(digest)).toBeDefined();
    });

    it('reads back an upload while it grows, and no more once it is closed', async () => {
      const store = await make();
      const bytes = randomBytes(1000);
      const writer = await store.writer({ digest: digestOf(bytes) });
      await writer.write(bytes.subarray(0, 600));
      expect(Buffer.from(await writer.read(100, 300))).toEqual(bytes.subarray(100, 300));
      expect(Buffer.from(await writer.read(500, 900))).toEqual(bytes.subarray(500, 600));
      expect(await writer.read(700, 900)).toHaveLength(0);
      await writer.write(bytes.subarray(600));
      expect(Buffer.from(await writer.read(550, 1000))).toEqual(bytes.subarray(550));
      await writer.commit();
      await expect(writer.read(0, 1)).rejects.toThrow();
    });

    it('refuses bytes with another digest, and keeps nothing of them', async () => {
      const store = await make();
      const digest = digestOf(bytesOf(1));
      const writer = await store.writer({ digest });
      await writer.write(bytesOf(2));
      await expect(writer.commit()).rejects.toMatchObject({ code: 'trust-digest' });
      expect(await store.stat(digest)).toBeUndefined();
      expect((await store.writer({ digest })).offset).toBe(0);
    });

    it('refuses fewer and more bytes than were announced', async () => {
      const store = await make();
      const bytes = randomBytes(100);
      const digest = digestOf(bytes);
      const short = await store.writer({ digest, size: 101 });
      await short.write(bytes);
      await expect(short.commit()).rejects.toMatchObject({ code: 'trust-digest' });
      const long = await store.writer({ digest, size: 99 });
      await expect(long.write(bytes)).rejects.toMatchObject({ code: 'trust-too-large' });
      expect(await store.stat(digest)).toBeUndefined();
    });

    it('resumes a suspended upload where it was left', async () => {
      const store = await make();
      const bytes = randomBytes(300_000);
      const digest = digestOf(bytes);
      const first = await store.writer({ digest, size: bytes.length });
      await first.write(bytes.subarray(0, 100_000));
      await first.suspend();
      expect(await store.stat(digest)).toBeUndefined();
      const second = await store.writer({ digest, size: bytes.length });
      expect(second.offset).toBe(100_000);
      await second.write(bytes.subarray(100_000));
      expect(await second.commit()).toEqual({ digest, size: bytes.length });
      expect(await whole(store, digest)).toEqual(bytes);
    });

    it('forgets an aborted upload', async () => {
      const store = await make();
      const bytes = randomBytes(1000);
      const digest = digestOf(bytes);
      const first = await store.writer({ digest });
      await first.write(bytes.subarray(0, 500));
      await first.abort();
      const second = await store.writer({ digest });
      expect(second.offset).toBe(0);
      await second.abort();
    });

    it('takes two uploads of one blob at the same time', async () => {
      const store = await make();
      const bytes = randomBytes(200_000);
      const digest = digestOf(bytes);
      const writers = await Promise.all([1, 2, 3].map(() => store.writer({ digest })));
      for (const writer of writers) await writer.write(bytes.subarray(writer.offset));
      await Promise.all(writers.map((writer) => writer.commit()));
      expect(await whole(store, digest)).toEqual(bytes);
    });

    it('takes a blob that is already there', async () => {
      const store = await make();
      const bytes = randomBytes(1000);
      await put(store, bytes, 400);
      const digest = await put(store, bytes, 1000);
      expect(await whole(store, digest)).toEqual(bytes);
    });

    it('removes a blob, and one that is not there', async () => {
      const store = await make();
      const digest = await put(store, randomBytes(10), 10);
      await store.remove(digest);
      await store.remove(digest);
      expect(await store.stat(digest)).toBeUndefined();
      expect(await listed(store)).toEqual([]);
    });

    it('lets a reader stop early', async () => {
      const store = await make();
      const digest = await put(store, randomBytes(2_000_000), 2_000_000);
      for await (const chunk of (await store.read(digest))!) {
        expect(chunk.length).toBeGreaterThan(0);
        break;
      }
      await store.remove(digest);
    });
  });
}

const bytesOf = (n: number): Buffer => Buffer.alloc(n, n);

const digestOf = (bytes: Uint8Array): string =>
  `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

async function put(store: ContentStore, bytes: Uint8Array, chunkBytes: number): Promise<string> {
  const digest = digestOf(bytes);
  const writer = await store.writer({ digest, size: bytes.length });
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    await writer.write(bytes.subarray(at, at + chunkBytes));
  }
  await writer.commit();
  return digest;
}

async function whole(
  store: ContentStore,
  digest: string,
  range?: { start: number; end: number },
): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of (await store.read(digest, range))!) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function listed(store: ContentStore): Promise<BlobInfo[]> {
  const blobs: BlobInfo[] = [];
  for await (const blob of store.list()) blobs.push(blob);
  return blobs;
}
