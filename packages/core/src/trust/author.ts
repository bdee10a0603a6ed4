/**
 * Making metadata: pure functions from facts to what is signed. Who holds which key is the
 * caller's: an owner makes root and targets, a publisher its family's role, a hub snapshot and
 * timestamp.
 */
import { familyPatterns, familySlug } from '../release/paths.ts';
import type { FamilyName } from '../schema/index.ts';
import { sha256Hex } from './digest.ts';
import { signDocument } from './envelope.ts';
import { keyIdOf, type Signer } from './signer.ts';
import type {
  DelegatedRole,
  Delegations,
  FileMeta,
  RoleKeys,
  RootSigned,
  SnapshotSigned,
  TargetFile,
  TargetsSigned,
  TimestampSigned,
  TopRole,
  TrustKey,
} from './types.ts';
import { topRoles } from './types.ts';

const day = 24 * 60 * 60 * 1000;

/** Milliseconds that new metadata is valid. `targets` also holds for family roles. */
export const lifetimes: Readonly<Record<TopRole, number>> = {
  root: 365 * day,
  targets: 365 * day,
  snapshot: 7 * day,
  timestamp: day,
};

/** What every role's metadata is made from. */
export interface Issue {
  readonly version: number;
  readonly now: Date;
  /** Milliseconds; default {@link lifetimes} of the role. */
  readonly lifetime?: number | undefined;
}

/** A date as TUF writes it: UTC, whole seconds. */
export const utcText = (date: Date): string => `${date.toISOString().slice(0, 19)}Z`;

/** A root whose roles have these keys; the threshold of each is 1 unless given. */
export async function makeRoot(
  issue: Issue & {
    readonly keys: Readonly<Record<TopRole, readonly TrustKey[]>>;
    readonly thresholds?: Partial<Record<TopRole, number>>;
  },
): Promise<RootSigned> {
  const keys: Record<string, TrustKey> = {};
  const roles = {} as Record<TopRole, RoleKeys>;
  for (const role of topRoles) {
    const keyids: string[] = [];
    for (const key of issue.keys[role]) {
      const keyid = await keyIdOf(key);
      keys[keyid] = key;
      keyids.push(keyid);
    }
    roles[role] = { keyids, threshold: issue.thresholds?.[role] ?? 1 };
  }
  return { ...head('root', issue), consistent_snapshot: true, keys, roles };
}

/** The top-level targets role, or a family's: its targets, and the roles it delegates to. */
export function makeTargets(
  issue: Issue & {
    readonly targets?: Readonly<Record<string, TargetFile>>;
    readonly delegations?: Delegations | undefined;
  },
): TargetsSigned {
  const { targets = {}, delegations } = issue;
  return { ...head('targets', issue), targets, ...(delegations ? { delegations } : {}) };
}

/** The delegations with a family's role added, or its keys replaced. */
export async function delegateFamily(
  delegations: Delegations | undefined,
  family: FamilyName,
  familyKeys: readonly TrustKey[],
): Promise<Delegations> {
  const name = familySlug(family);
  const keys = { ...delegations?.keys };
  const keyids: string[] = [];
  for (const key of familyKeys) {
    const keyid = await keyIdOf(key);
    keys[keyid] = key;
    keyids.push(keyid);
  }
  const role: DelegatedRole = {
    name,
    keyids,
    threshold: 1,
    terminating: true,
    paths: familyPatterns(family),
  };
  const others = (delegations?.roles ?? []).filter((other) => other.name !== name);
  return dropUnusedKeys({ keys, roles: [...others, role] });
}

function dropUnusedKeys({ keys, roles }: Delegations): Delegations {
  const used = new Set(roles.flatMap(({ keyids }) => keyids));
  return { keys: Object.fromEntries(Object.entries(keys).filter(([id]) => used.has(id))), roles };
}

/** A snapshot of these files: `targets.json`, `<role>.json`, … */
export const makeSnapshot = (
  issue: Issue & { readonly meta: Readonly<Record<string, FileMeta>> },
): SnapshotSigned => ({ ...head('snapshot', issue), meta: issue.meta });

/** A timestamp of a snapshot, issued now. */
export const makeTimestamp = (issue: Issue & { readonly snapshot: FileMeta }): TimestampSigned => ({
  ...head('timestamp', issue),
  issued: utcText(issue.now),
  meta: { 'snapshot.json': issue.snapshot },
});

/** What a metadata file is, for the role above it. */
export const describeMetadata = async (version: number, bytes: Uint8Array): Promise<FileMeta> => ({
  version,
  length: bytes.length,
  hashes: { sha256: await sha256Hex(bytes) },
});

/** What a target is, for the role that signs it. */
export const describeTarget = async (bytes: Uint8Array): Promise<TargetFile> => ({
  length: bytes.length,
  hashes: { sha256: await sha256Hex(bytes) },
});

/** Signs metadata and writes the file. */
export async function signMetadata(
  signed: RootSigned | TargetsSigned | SnapshotSigned | TimestampSigned,
  signers: readonly Signer[],
): Promise<Uint8Array> {
  return new TextEncoder().encode(`${JSON.stringify(await signDocument(signed, signers))}\n`);
}

function head<T extends TopRole>(type: T, { version, now, lifetime }: Issue) {
  const expires = utcText(new Date(now.valueOf() + (lifetime ?? lifetimes[type])));
  return { _type: type, spec_version: '1.0.34', version, expires } as const;
}
