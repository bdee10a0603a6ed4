import { toSelvedgeError } from '@selvedge/core/errors';
import { type Installation, type InstallTarget, keptTargets } from '@selvedge/core/release';
import type { Descriptor, Digest } from '@selvedge/core/schema';
import type { ContentStore } from '../store/index.ts';
import { variantLayers } from './fetch-variant.ts';

/**
 * Removes blobs that no kept variant consists of: those of the third oldest release, of what was
 * rolled back, of what a crash left. Nothing is removed unless it is known what is kept.
 *
 * @returns how many bytes were freed
 * @throws what the store throws; when it is about a manifest, nothing was removed
 */
export async function sweepStore(
  store: ContentStore,
  installations: readonly Installation[],
): Promise<number> {
  const kept = new Set<Digest>();
  for (const target of installations.flatMap(keptTargets)) {
    kept.add(target.variant.manifest.digest);
    for (const { digest } of await layersOf(store, target)) kept.add(digest);
  }
  let freed = 0;
  for await (const blob of store.list()) {
    if (kept.has(blob.digest)) continue;
    await store.remove(blob.digest);
    freed += blob.size;
  }
  return freed;
}

/** A manifest that is gone, or is none, keeps nothing: its variant is fetched again from the start. */
async function layersOf(
  store: ContentStore,
  target: InstallTarget,
): Promise<readonly Descriptor[]> {
  if (!(await store.stat(target.variant.manifest.digest))) return [];
  try {
    return (await variantLayers(store, target)).all;
  } catch (caught) {
    const { code } = toSelvedgeError(caught);
    if (code === 'bad-document' || code === 'trust-mismatch') return [];
    throw caught;
  }
}
