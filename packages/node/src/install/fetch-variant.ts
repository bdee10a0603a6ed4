import { statfs } from 'node:fs/promises';
import { fail } from '@selvedge/core/errors';
import type { InstallTarget } from '@selvedge/core/release';
import type { FamilyName } from '@selvedge/core/schema';
import { readAll } from '../http/index.ts';
import type { ContentStore } from '../store/index.ts';
import { type BlobSources, fetchBlob } from './fetch-blob.ts';
import { readVariantManifest, type VariantLayers } from './variant-manifest.ts';

/**
 * Brings a variant's manifest and layers into the store: each is verified against the digest that
 * vouches for it (release → manifest → layer) before it is visible. What is there is not fetched.
 *
 * @param disk a directory on the file system that the store is on, for asking how much room it has,
 * and what an earlier attempt left there
 * @throws SelvedgeError as {@link fetchBlob}; `bad-document`, `trust-mismatch` for a manifest that
 * is not what the release says
 */
export async function fetchVariant(
  family: FamilyName,
  target: InstallTarget,
  sources: BlobSources,
  disk: { readonly dir: string; readonly receivedBytes: number },
): Promise<VariantLayers> {
  const { manifest, bytes } = target.variant;
  await fetchBlob({ family, kind: 'manifests', descriptor: manifest }, sources);
  const layers = await variantLayers(sources.store, target);
  const there = Math.max(await storedBytes(sources.store, layers), disk.receivedBytes);
  await checkRoom(disk.dir, bytes - there);
  for (const descriptor of layers.all) {
    await fetchBlob({ family, kind: 'blobs', descriptor }, sources);
  }
  return layers;
}

/**
 * The layers of a variant whose manifest is in the store.
 * @throws SelvedgeError `io-failed` when it is not; `bad-document`, `trust-mismatch`
 */
export async function variantLayers(
  store: ContentStore,
  { variant }: InstallTarget,
): Promise<VariantLayers> {
  const body = await store.read(variant.manifest.digest);
  if (!body)
    return fail('io-failed', `the manifest ${variant.manifest.digest} is not in the store`);
  return readVariantManifest(await readAll(body), variant);
}

/** How many of the variant's bytes are in the store already. */
export async function storedBytes(store: ContentStore, layers: VariantLayers): Promise<number> {
  const found = await Promise.all(layers.all.map(({ digest }) => store.stat(digest)));
  return found.reduce((sum, blob) => sum + (blob?.size ?? 0), 0);
}

/** Fails before the disk is full rather than after, where that can be known. */
async function checkRoom(dir: string, needed: number): Promise<void> {
  const { bavail, bsize } = await statfs(dir);
  const free = bavail * bsize;
  if (needed <= free) return;
  fail('disk-full', `${dir} has ${free} bytes left, the variant needs ${needed}`, {
    hint: 'make room on the disk, then try again',
    details: { dir, free, needed },
  });
}
