/**
 * The shapes of TUF 1.0 metadata (theupdateframework.github.io/specification, 1.0.34, §4) and of
 * the state a client keeps. Unknown members survive: signatures cover them.
 */

/** A signature over the canonical JSON of `signed`. `sig` is lowercase hex. */
export interface Signature {
  readonly keyid: string;
  readonly sig: string;
}

export interface Envelope<T> {
  readonly signed: T;
  readonly signatures: readonly Signature[];
}

/** §4.2. `keyval.public`: 64 hex digits for ed25519, PEM (SPKI) for ecdsa and rsa. */
export interface TrustKey {
  readonly keytype: string;
  readonly scheme: string;
  readonly keyval: { readonly public: string };
}

export interface RoleKeys {
  readonly keyids: readonly string[];
  readonly threshold: number;
}

/** Roles whose keys the root lists. */
export type TopRole = 'root' | 'targets' | 'snapshot' | 'timestamp';
export const topRoles: readonly TopRole[] = ['root', 'targets', 'snapshot', 'timestamp'];

interface SignedCommon<Type extends TopRole> {
  readonly _type: Type;
  readonly spec_version: string;
  readonly version: number;
  /** UTC, `2026-11-20T23:47:48Z`. */
  readonly expires: string;
}

/** §4.3 */
export interface RootSigned extends SignedCommon<'root'> {
  readonly consistent_snapshot?: boolean;
  readonly keys: Readonly<Record<string, TrustKey>>;
  readonly roles: Readonly<Record<TopRole, RoleKeys>>;
}

/** §4.4: what a metadata file must be. `hashes` by algorithm, lowercase hex. */
export interface FileMeta {
  readonly version: number;
  readonly length?: number;
  readonly hashes?: Readonly<Record<string, string>>;
}

/** §4.4 */
export interface SnapshotSigned extends SignedCommon<'snapshot'> {
  readonly meta: Readonly<Record<string, FileMeta>>;
}

/** §4.6. `issued` is Selvedge's: when it was signed, the source of the trusted-time floor. */
export interface TimestampSigned extends SignedCommon<'timestamp'> {
  readonly meta: Readonly<Record<'snapshot.json', FileMeta>>;
  readonly issued?: string;
}

/** §4.5: what a target's bytes must be. */
export interface TargetFile {
  readonly length: number;
  readonly hashes: Readonly<Record<string, string>>;
  readonly custom?: unknown;
}

/** §4.5: exactly one of `paths` and `path_hash_prefixes`. */
export interface DelegatedRole extends RoleKeys {
  readonly name: string;
  readonly terminating: boolean;
  readonly paths?: readonly string[];
  readonly path_hash_prefixes?: readonly string[];
}

export interface Delegations {
  readonly keys: Readonly<Record<string, TrustKey>>;
  readonly roles: readonly DelegatedRole[];
}

/** §4.5: the top-level targets role and every delegated one. */
export interface TargetsSigned extends SignedCommon<'targets'> {
  readonly targets: Readonly<Record<string, TargetFile>>;
  readonly delegations?: Delegations;
}

/** What each role's file holds. */
export interface SignedOf {
  readonly root: RootSigned;
  readonly targets: TargetsSigned;
  readonly snapshot: SnapshotSigned;
  readonly timestamp: TimestampSigned;
}

/** A metadata file: what it says, and the bytes that said it. */
export interface MetadataFile<T> extends Envelope<T> {
  /** The file as it was received. */
  readonly bytes: Uint8Array;
  /** The canonical JSON of `signed`: what signatures cover. */
  readonly signedBytes: Uint8Array;
}

/**
 * The newest time that signed metadata proved, and the timestamp keys that proved it: a floor
 * from keys that were rotated away no longer counts.
 */
export interface TimeFloor {
  readonly at: string;
  readonly keyids: readonly string[];
}

/** What a client trusts. Everything in it was verified; only `root` is always there. */
export interface TrustState {
  readonly root: MetadataFile<RootSigned>;
  readonly timestamp?: MetadataFile<TimestampSigned> | undefined;
  readonly snapshot?: MetadataFile<SnapshotSigned> | undefined;
  readonly targets?: MetadataFile<TargetsSigned> | undefined;
  readonly floor?: TimeFloor | undefined;
}

/** A refusal is a value, not an exception: it says which check of the specification failed. */
export interface Refusal {
  readonly refused: true;
  readonly code:
    | 'trust-signature'
    | 'trust-expired'
    | 'trust-rollback'
    | 'trust-mismatch'
    | 'trust-digest'
    | 'trust-too-large'
    | 'trust-unknown'
    | 'trust-clock'
    | 'trust-format'
    | 'trust-no-root';
  /** The metadata file or target it is about. */
  readonly subject: string;
  readonly message: string;
  /** Section of the specification. */
  readonly section: string;
}
