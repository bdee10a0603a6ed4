import { canonicalJson } from './canonical.ts';
import { type Conflict, checkNext, isConflict } from './conflict.ts';
import type { OnlineSigners } from './publish-snapshot.ts';
import { readMetadata } from './read-metadata.ts';
import { isRefusal, refuse } from './refusal.ts';
import type { Repository } from './repository.ts';
import { loadRoot, verifyRoot } from './root.ts';
import { checkThreshold } from './threshold.ts';
import { checkExpiry } from './trusted-time.ts';
import type {
  DelegatedRole,
  Delegations,
  MetadataFile,
  Refusal,
  RoleKeys,
  RootSigned,
  TargetsSigned,
  TrustKey,
} from './types.ts';

/** The root after an update: the next one, or the current one. It must name this hub's keys. */
export async function nextRoot(
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

/** The targets role after an update, signed as the new root wants. */
export async function nextTargets(
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
export async function nextRoles(
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
