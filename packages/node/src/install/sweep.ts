import { type Installation, keptTargets } from '@selvedge/core/release';
import type { Digest } from '@selvedge/core/schema';
import type { ContentStore } from '../store/index.ts';
import { variantLayers } from './fetch-variant.ts';

/**
 * Removes blobs that no kept variant consists of: those of the third oldest release, of what was
 * rolled back, of what a crash left. A manifest that cannot be read keeps nothing but itself.
 *
 * @returns how many bytes were freed
 */
export async function sweepStore(
  store: ContentStore,
  installations: readonly Installation[],
): Promise<number> {
  const kept = new Set<Digest>();
  for (const target of installations.flatMap(keptTargets)) {
    kept.add(target.variant.manifest.digest);
    const layers = await variantLayers(store, target).catch(() => undefined);
    for (const { digest } of layers?.all ?? []) kept.add(digest);
  }
  let freed = 0;
  for await (const blob of store.list()) {
    if (kept.has(blob.digest)) continue;
    await store.remove(blob.digest);
    freed += blob.size;
  }
  return freed;
}
