import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Installation, InstallTarget } from '@selvedge/core/release';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tinyVariant } from '../../../../tests/support/tiny-release.ts';
import { type ContentStore, directoryStore, diskError } from '../store/index.ts';
import { sweepStore } from './sweep.ts';

let dir: string;
let store: ContentStore;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sweep-'));
  store = directoryStore(dir);
});
afterEach(() => rm(dir, { recursive: true }));

/** Stores a variant's manifest and layers. */
async function stored(scale: number): Promise<InstallTarget> {
  const { variant, blobs } = tinyVariant({ scale });
  for (const [digest, bytes] of blobs) {
    const writer = await store.writer({ digest });
    await writer.write(bytes);
    await writer.commit();
  }
  return { version: `${scale}.0.0`, variant };
}

const digests = async (): Promise<string[]> => {
  const found: string[] = [];
  for await (const { digest } of store.list()) found.push(digest);
  return found.sort();
};

const running = (active: InstallTarget): Installation => ({
  family: 'acme/digits',
  active,
  refused: [],
});

const fails = (code: string): Error => Object.assign(new Error(`${code}: it fails`), { code });

describe('a sweep', () => {
  it('removes what no kept variant consists of', async () => {
    await stored(2);
    const active = await stored(3);
    expect(await sweepStore(store, [running(active)])).toBeGreaterThan(0);
    // Manifest, model and golden document; the config is nothing that a device reads.
    expect(await digests()).toHaveLength(3);
    await stored(3);
    const { variant } = active;
    await store.remove(variant.manifest.digest);
    await sweepStore(store, [running(active)]);
    expect(await digests()).toEqual([]);
  });

  it.each([
    ['as the system says it', fails('EMFILE')],
    ['as a store says it', diskError(fails('EMFILE'), 'read a blob')],
  ])('removes nothing while a manifest cannot be read, %s', async (_, error) => {
    const active = await stored(3);
    const before = await digests();
    const read = store.read;
    let left = 1;
    store.read = async (...of) => {
      if (left-- > 0) throw error;
      return read(...of);
    };
    await expect(sweepStore(store, [running(active)])).rejects.toMatchObject({
      code: (error as { code?: string }).code,
    });
    expect(await digests()).toEqual(before);
  });

  it('is not held up for ever by a manifest that is none', async () => {
    const active = await stored(3);
    const read = store.read;
    store.read = async (digest) =>
      digest === active.variant.manifest.digest
        ? (async function* () {
            yield new Uint8Array([0]);
          })()
        : read(digest);
    await sweepStore(store, [running(active)]);
    expect(await digests()).toEqual([active.variant.manifest.digest]);
  });
});
