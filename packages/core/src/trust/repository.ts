import { readMetadata } from './read-metadata.ts';
import { isRefusal, refuse } from './refusal.ts';
import type {
  MetadataFile,
  Refusal,
  RootSigned,
  SignedOf,
  SnapshotSigned,
  TargetsSigned,
  TimestampSigned,
  TopRole,
} from './types.ts';

/** The current metadata of a repository, as its hub holds it. */
export interface Repository {
  readonly root: MetadataFile<RootSigned>;
  readonly timestamp: MetadataFile<TimestampSigned>;
  readonly snapshot: MetadataFile<SnapshotSigned>;
  readonly targets: MetadataFile<TargetsSigned>;
  /** Delegated roles by name. */
  readonly roles: ReadonlyMap<string, MetadataFile<TargetsSigned>>;
}

/** A file of the repository; `path` is relative to it, percent-encoded like its URL. */
export interface RepositoryFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/**
 * Reads a repository back from its files, following it down from the timestamp. Signatures are
 * not checked: a hub wrote these files itself.
 *
 * @param root the newest `N.root.json`.
 * @param read gives a file by its path, undefined when it is not there.
 */
export async function openRepository(
  root: Uint8Array,
  read: (path: string) => Promise<Uint8Array | undefined>,
): Promise<Repository | Refusal> {
  async function open<T extends TopRole>(
    type: T,
    path: string,
  ): Promise<MetadataFile<SignedOf[T]> | Refusal> {
    const bytes = await read(path);
    if (!bytes) return refuse('trust-unknown', path, '7.1', 'the file is missing');
    return readMetadata(type, bytes, path);
  }

  const rootFile = readMetadata('root', root, 'root.json');
  if (isRefusal(rootFile)) return rootFile;
  const timestamp = await open('timestamp', 'timestamp.json');
  if (isRefusal(timestamp)) return timestamp;
  const { version } = timestamp.signed.meta['snapshot.json'];
  const snapshot = await open('snapshot', versionedPath('snapshot', version));
  if (isRefusal(snapshot)) return snapshot;
  const roles = new Map<string, MetadataFile<TargetsSigned>>();
  for (const [file, meta] of Object.entries(snapshot.signed.meta)) {
    const role = file.replace(/\.json$/, '');
    const opened = await open('targets', versionedPath(role, meta.version));
    if (isRefusal(opened)) return opened;
    roles.set(role, opened);
  }
  const targets = roles.get('targets');
  if (!targets)
    return refuse('trust-unknown', 'targets.json', '7.1', 'the snapshot does not list it');
  roles.delete('targets');
  return { root: rootFile, timestamp, snapshot, targets, roles };
}

/** `3.acme.glyphs.json` (§6.2.1). */
export const versionedPath = (role: string, version: number): string =>
  `${version}.${encodeURIComponent(role)}.json`;
