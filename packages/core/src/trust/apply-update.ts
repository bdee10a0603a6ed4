import { type Conflict, isConflict } from './conflict.ts';
import { newTargets } from './new-targets.ts';
import { nextRoles, nextRoot, nextTargets } from './next-metadata.ts';
import { type OnlineSigners, publishSnapshot } from './publish-snapshot.ts';
import { isRefusal } from './refusal.ts';
import { type Repository, type RepositoryFile, versionedPath } from './repository.ts';
import type { TrustUpdate } from './trust-update.ts';
import type { Refusal } from './types.ts';

/** The repository after an update, and the files to make visible, in this order. */
export interface Applied {
  readonly repository: Repository;
  readonly files: readonly RepositoryFile[];
}

/**
 * Checks an update against the current repository and completes it with a snapshot and a
 * timestamp signed by the online keys. Every version must be exactly the next; every file must be
 * signed by whom the new root and the new delegations name; every new target must be there, match
 * its hash and stand where its role may speak. Nothing is written: the caller makes `files`
 * visible in their order, timestamp last.
 *
 * @param repository undefined before the first update, which brings root and targets.
 */
export async function applyUpdate(
  repository: Repository | undefined,
  update: TrustUpdate,
  online: OnlineSigners,
  now: Date,
): Promise<Applied | Refusal | Conflict> {
  const offered = new Map(
    Object.entries(update.metadata).map(([role, text]) => [role, new TextEncoder().encode(text)]),
  );
  const root = await nextRoot(repository, offered.get('root'), online, now);
  if (isRefusal(root) || isConflict(root)) return root;
  const targets = await nextTargets(repository, root, offered.get('targets'), now);
  if (isRefusal(targets) || isConflict(targets)) return targets;
  const roles = await nextRoles(repository, targets, offered, now);
  if (isRefusal(roles) || isConflict(roles)) return roles;
  const documents = await newTargets(repository, targets, roles, update);
  if (isRefusal(documents) || isConflict(documents)) return documents;

  const metadata = [...offered.keys()]
    .filter((role) => role !== 'root')
    .map((role) => {
      const file = role === 'targets' ? targets : roles.get(role)!;
      return { path: versionedPath(role, file.signed.version), bytes: file.bytes };
    });
  const changed = new Set([...offered.keys()].filter((role) => role !== 'root'));
  const published = await publishSnapshot(
    { ...repository, root, targets, roles },
    changed,
    online,
    now,
  );
  const rootFiles = offered.has('root')
    ? [{ path: versionedPath('root', root.signed.version), bytes: root.bytes }]
    : [];
  const [snapshotFile, timestampFile] = published.files;
  return {
    repository: published.repository,
    files: [...documents, ...metadata, snapshotFile, ...rootFiles, timestampFile],
  };
}
