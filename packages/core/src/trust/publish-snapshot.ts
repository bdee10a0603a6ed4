import {
  describeMetadata,
  lifetimes,
  makeSnapshot,
  makeTimestamp,
  signMetadata,
  utcText,
} from './author.ts';
import { readMetadata } from './read-metadata.ts';
import { isRefusal } from './refusal.ts';
import { type Repository, type RepositoryFile, versionedPath } from './repository.ts';
import type { Signer } from './signer.ts';
import type { FileMeta, MetadataFile, SignedOf, TopRole } from './types.ts';

/** The keys a hub holds: it vouches for what is current, never for what is in it. */
export interface OnlineSigners {
  readonly snapshot: Signer;
  readonly timestamp: Signer;
}

interface Published {
  readonly repository: Repository;
  /** The snapshot, then the timestamp. */
  readonly files: readonly [RepositoryFile, RepositoryFile];
}

/** What a new snapshot is made from: everything but the snapshot and timestamp themselves. */
export type Draft = Pick<Repository, 'root' | 'targets' | 'roles'> &
  Partial<Pick<Repository, 'snapshot' | 'timestamp'>>;

/**
 * The next snapshot and timestamp over a repository in which the files of `changed` roles are
 * new. The others' entries are taken over, so that the cost is that of what changed.
 */
export async function publishSnapshot(
  draft: Draft,
  changed: ReadonlySet<string>,
  online: OnlineSigners,
  now: Date,
): Promise<Published> {
  const meta: Record<string, FileMeta> = { ...draft.snapshot?.signed.meta };
  for (const role of changed) {
    const file = role === 'targets' ? draft.targets : draft.roles.get(role)!;
    meta[`${role}.json`] = await describeMetadata(file.signed.version, file.bytes);
  }
  const version = (draft.snapshot?.signed.version ?? 0) + 1;
  const bytes = await signMetadata(makeSnapshot({ version, now, meta }), [online.snapshot]);
  const snapshot = reread('snapshot', bytes);
  const stamped = await stamp({ ...draft, snapshot }, online, now);
  return {
    repository: stamped.repository,
    files: [{ path: versionedPath('snapshot', version), bytes }, stamped.file],
  };
}

/**
 * Renews the timestamp, and the snapshot where half its life is over.
 *
 * @returns the repository and the files to make visible, in this order.
 */
export async function renewTimestamp(
  repository: Repository,
  online: OnlineSigners,
  now: Date,
): Promise<{ readonly repository: Repository; readonly files: readonly RepositoryFile[] }> {
  if (halfOver('snapshot', repository, now)) {
    return publishSnapshot(repository, new Set(), online, now);
  }
  const { repository: next, file } = await stamp(repository, online, now);
  return { repository: next, files: [file] };
}

/** Whether half the timestamp's or the snapshot's life is over, and {@link renewTimestamp} is due. */
export const renewalDue = (repository: Repository, now: Date): boolean =>
  halfOver('timestamp', repository, now) || halfOver('snapshot', repository, now);

const halfOver = (role: 'snapshot' | 'timestamp', repository: Repository, now: Date): boolean =>
  Date.parse(repository[role].signed.expires) - now.valueOf() < lifetimes[role] / 2;

async function stamp(
  draft: Draft & Pick<Repository, 'snapshot'>,
  online: OnlineSigners,
  now: Date,
): Promise<{ repository: Repository; file: RepositoryFile }> {
  const { signed, bytes } = draft.snapshot;
  const before = draft.timestamp?.signed;
  // A hub's clock may step back; the time that its timestamps prove does not, unless the key
  // that proved it was replaced.
  const own = draft.timestamp?.signatures.some(({ keyid }) => keyid === online.timestamp.keyid);
  const proved = own ? before?.issued : undefined;
  const issued = proved !== undefined && proved > utcText(now) ? new Date(proved) : now;
  const stamped = makeTimestamp({
    version: (before?.version ?? 0) + 1,
    now: issued,
    snapshot: await describeMetadata(signed.version, bytes),
  });
  const file = { path: 'timestamp.json', bytes: await signMetadata(stamped, [online.timestamp]) };
  return { repository: { ...draft, timestamp: reread('timestamp', file.bytes) }, file };
}

function reread<T extends TopRole>(type: T, bytes: Uint8Array): MetadataFile<SignedOf[T]> {
  const file = readMetadata(type, bytes, `${type}.json`);
  if (isRefusal(file)) throw new TypeError(file.message);
  return file;
}
