import { isRefusal, readMetadata, versionedPath } from '@selvedge/core/trust';
import type { PublishedFiles } from './published-files.ts';

/**
 * Takes away snapshots before `current` that have expired: no device takes them any more, and a
 * hub makes one with every change and several a week without.
 */
export async function pruneSnapshots(
  files: Pick<PublishedFiles, 'versions' | 'read' | 'remove'>,
  current: number,
  now: Date,
): Promise<void> {
  for (const version of await files.versions('snapshot')) {
    if (version >= current) return;
    const path = versionedPath('snapshot', version);
    const file = await files.read(path);
    const snapshot = file && readMetadata('snapshot', file.bytes, path);
    if (!snapshot || isRefusal(snapshot)) continue;
    if (Date.parse(snapshot.signed.expires) <= now.getTime()) await files.remove([path]);
  }
}
