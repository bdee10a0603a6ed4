import type { FamilyName } from '@selvedge/core/schema';
import type { ReleaseDocuments } from '@selvedge/node/install';
import type { TinyRelease } from './tiny-release.ts';

/** Verified documents as the installer's port has them, with what was published last in the channel. */
export function documentsOf(family: FamilyName) {
  const releases = new Map<string, TinyRelease>();
  let current: TinyRelease | undefined;
  const documents: ReleaseDocuments = {
    refresh: async () => {},
    families: async () => (current ? [family] : []),
    channel: async () => current?.channel,
    release: async (_, version) => releases.get(version)?.release,
  };
  return Object.assign(documents, {
    publish(release: TinyRelease): void {
      releases.set(release.release.version, release);
      current = release;
    },
  });
}
