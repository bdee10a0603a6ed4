import { canonicalJson } from './canonical.ts';
import { checkBytes } from './file-meta.ts';
import { targetFileName } from './file-name.ts';
import { matchesPattern } from './path-pattern.ts';
import { type OnlineSigners, publishSnapshot } from './publish-snapshot.ts';
import { readMetadata } from './read-metadata.ts';
import { isRefusal, refuse } from './refusal.ts';
import { type Repository, type RepositoryFile, versionedPath } from './repository.ts';
import { loadRoot, verifyRoot } from './root.ts';
import { checkThreshold } from './threshold.ts';
import type { TrustUpdate } from './trust-update.ts';
import { checkExpiry } from './trusted-time.ts';
import type {
  DelegatedRole,
  Delegations,
  MetadataFile,
  Refusal,
  RoleKeys,
  RootSigned,
  TargetFile,
  TargetsSigned,
  TrustKey,
} from './types.ts';

/** Somebody published in between, or tries to change what is immutable. */
export interface Conflict {
  readonly conflict: true;
  readonly subject: string;
  readonly message: string;
}

/** The repository after an update, and the files to make visible, in this order. */
export interface Applied {
  readonly repository: Repository;
  readonly files: readonly RepositoryFile[];
}

export const isConflict = (value: unknown): value is Conflict =>
  typeof value === 'object' &&
  value !== null &&
  (value as { conflict?: unknown }).conflict === true;

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

async function nextRoot(
  repository: Repository | undefined,
  bytes: Uint8Array | undefined,
  online: OnlineSigners,
  now: Date,
): Promise<MetadataFile<RootSigned> | Refusal | Conflict> {
  if (!bytes) {
    return (
      repository?.root ??
      refuse('trust-no-root', 'root.json', '5.2', 'the first update brings a root')
    );
  }
  const read = readMetadata('root', bytes, 'root.json');
  if (isRefusal(read)) return read;
  const conflict = checkNext('root', repository?.root, read.signed.version);
  if (conflict) return conflict;
  const state = repository
    ? await verifyRoot({ root: repository.root }, bytes)
    : await loadRoot(bytes);
  if (isRefusal(state)) return state;
  const { signed } = state.root;
  for (const role of ['snapshot', 'timestamp'] as const) {
    const { keyids, threshold } = signed.roles[role];
    if (threshold !== 1 || !keyids.includes(online[role].keyid)) {
      const message = `does not let this hub's online key ${online[role].keyid} sign ${role}`;
      return refuse('trust-signature', 'root.json', '5.3.4', message);
    }
  }
  return checkExpiry(signed, now, 'root.json', '5.3.10') ?? state.root;
}

async function nextTargets(
  repository: Repository | undefined,
  root: MetadataFile<RootSigned>,
  bytes: Uint8Array | undefined,
  now: Date,
): Promise<MetadataFile<TargetsSigned> | Refusal | Conflict> {
  const { keys, roles } = root.signed;
  if (bytes) return nextFile('targets', repository?.targets, bytes, keys, roles.targets, now);
  if (!repository)
    return refuse('trust-unknown', 'targets.json', '5.6', 'the first update brings targets');
  const unsigned =
    root === repository.root
      ? undefined
      : await checkThreshold(repository.targets, keys, roles.targets, 'targets.json', '5.6.3');
  return unsigned ?? repository.targets;
}

/** Every role that the new targets delegate, each signed as its delegation wants. */
async function nextRoles(
  repository: Repository | undefined,
  targets: MetadataFile<TargetsSigned>,
  offered: ReadonlyMap<string, Uint8Array>,
  now: Date,
): Promise<ReadonlyMap<string, MetadataFile<TargetsSigned>> | Refusal | Conflict> {
  const delegations = targets.signed.delegations ?? { keys: {}, roles: [] };
  const delegated = new Map(delegations.roles.map((role) => [role.name, role]));
  const before = repository?.targets.signed.delegations;
  const earlier = new Map(before?.roles.map((role) => [role.name, role]));
  const roles = new Map(repository?.roles);

  for (const [name, bytes] of offered) {
    if (name === 'root' || name === 'targets') continue;
    const role = delegated.get(name);
    if (!role)
      return refuse('trust-unknown', `${name}.json`, '5.6.7', 'no delegation names this role');
    const next = await nextFile(name, roles.get(name), bytes, delegations.keys, role, now);
    if (isRefusal(next) || isConflict(next)) return next;
    roles.set(name, next);
  }
  if (!offered.has('targets')) return roles;

  for (const role of delegations.roles) {
    const file = roles.get(role.name);
    if (!file) {
      return refuse(
        'trust-unknown',
        `${role.name}.json`,
        '5.6.1',
        'it is delegated, and was never sent',
      );
    }
    const was = earlier.get(role.name);
    if (offered.has(role.name) || (was && before && sameKeys(was, before, role, delegations)))
      continue;
    const unsigned = await checkThreshold(
      file,
      delegations.keys,
      role,
      `${role.name}.json`,
      '5.6.3',
    );
    if (unsigned) return unsigned;
  }
  return roles;
}

const sameKeys = (
  a: DelegatedRole,
  inA: Delegations,
  b: DelegatedRole,
  inB: Delegations,
): boolean => keysOf(a, inA) === keysOf(b, inB);

const keysOf = ({ keyids, threshold }: DelegatedRole, { keys }: Delegations): string =>
  canonicalJson([threshold, keyids.map((id) => [id, keys[id]])]);

async function nextFile(
  name: string,
  current: MetadataFile<TargetsSigned> | undefined,
  bytes: Uint8Array,
  keys: Readonly<Record<string, TrustKey>>,
  role: RoleKeys,
  now: Date,
): Promise<MetadataFile<TargetsSigned> | Refusal | Conflict> {
  const subject = `${name}.json`;
  const next = readMetadata('targets', bytes, subject);
  if (isRefusal(next)) return next;
  const conflict = checkNext(name, current, next.signed.version);
  if (conflict) return conflict;
  const unsigned = await checkThreshold(next, keys, role, subject, '5.6.3');
  return unsigned ?? checkExpiry(next.signed, now, subject, '5.6.5') ?? next;
}

/** Exactly the next version; a first root may have any, its owner may have rotated it before. */
function checkNext(
  role: string,
  current: MetadataFile<{ readonly version: number }> | undefined,
  version: number,
): Conflict | undefined {
  const expected = (current?.signed.version ?? 0) + 1;
  if (version === expected || (role === 'root' && !current)) return undefined;
  const message = `${role}.json: version ${version} was sent, and ${expected} comes next`;
  return { conflict: true, subject: `${role}.json`, message };
}

/** The targets that the changed roles add, each in its place and with the bytes it was signed for. */
async function newTargets(
  repository: Repository | undefined,
  targets: MetadataFile<TargetsSigned>,
  roles: ReadonlyMap<string, MetadataFile<TargetsSigned>>,
  update: TrustUpdate,
): Promise<readonly RepositoryFile[] | Refusal | Conflict> {
  const files: RepositoryFile[] = [];
  const sent = new Set(Object.keys(update.targets));
  for (const name of Object.keys(update.metadata)) {
    if (name === 'root') continue;
    const role = targets.signed.delegations?.roles.find((other) => other.name === name);
    const [next, current] =
      name === 'targets'
        ? [targets, repository?.targets]
        : [roles.get(name)!, repository?.roles.get(name)];
    for (const [path, file] of Object.entries(next.signed.targets)) {
      const listed = current?.signed.targets ?? {};
      const before = Object.hasOwn(listed, path) ? listed[path] : undefined;
      if (before && sameTarget(before, file)) continue;
      const refusal = checkPlace(path, file, role) ?? checkImmutable(path, before);
      if (refusal) return refusal;
      const text = sent.delete(path) ? update.targets[path] : undefined;
      if (text === undefined)
        return refuse('trust-mismatch', path, '5.7.1', 'it is signed for, and was not sent');
      const bytes = new TextEncoder().encode(text);
      const different = await checkBytes(bytes, file, path, '5.7.3');
      if (different) return different;
      files.push({ path: targetFileName(path, file), bytes });
    }
  }
  const [stray] = sent;
  return stray === undefined
    ? files
    : refuse('trust-unknown', stray, '5.7.2', 'nothing new in this update vouches for it');
}

const sameTarget = (a: TargetFile, b: TargetFile): boolean =>
  a.length === b.length && a.hashes.sha256 === b.hashes.sha256;

function checkPlace(
  path: string,
  file: TargetFile,
  role: DelegatedRole | undefined,
): Refusal | undefined {
  if (file.hashes.sha256 === undefined)
    return refuse('trust-format', path, '4.5', 'it has no sha256');
  if (/(^|\/)(\.{0,2})(\/|$)/.test(path))
    return refuse('trust-format', path, '4.5', 'not a relative path');
  if (!role || role.paths?.some((pattern) => matchesPattern(path, pattern))) return undefined;
  return refuse('trust-unknown', path, '5.6.7', `role ${role.name} may not speak for this path`);
}

function checkImmutable(path: string, before: TargetFile | undefined): Conflict | undefined {
  if (!before || !/^families\/[^/]+\/[^/]+\/releases\//.test(path)) return undefined;
  return {
    conflict: true,
    subject: path,
    message: `${path}: this version is published with other content`,
  };
}
