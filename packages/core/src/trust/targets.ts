import { checkBytes } from './file-meta.ts';
import { readMetadata } from './read-metadata.ts';
import { isRefusal, refuse } from './refusal.ts';
import { checkThreshold } from './threshold.ts';
import { checkExpiry, effectiveNow } from './trusted-time.ts';
import type {
  DelegatedRole,
  FileMeta,
  MetadataFile,
  Refusal,
  RoleKeys,
  TargetsSigned,
  TrustKey,
  TrustState,
} from './types.ts';

/** §5.6.2 to §5.6.5 for the top-level targets role. */
export async function verifyTargets(
  state: TrustState,
  bytes: Uint8Array,
  now: Date,
): Promise<TrustState | Refusal> {
  const { keys, roles } = state.root.signed;
  const targets = await verifyTargetsFile(state, 'targets', keys, roles.targets, bytes, now);
  return isRefusal(targets) ? targets : { ...state, targets };
}

/**
 * §5.6.2 to §5.6.5 for a delegated role, with the keys of the delegation through which it was
 * reached: what one delegator vouches for, another has not.
 */
export async function verifyDelegated(
  state: TrustState,
  delegator: MetadataFile<TargetsSigned>,
  role: DelegatedRole,
  bytes: Uint8Array,
  now: Date,
): Promise<MetadataFile<TargetsSigned> | Refusal> {
  const keys = delegator.signed.delegations?.keys ?? {};
  return verifyTargetsFile(state, role.name, keys, role, bytes, now);
}

/** What the trusted snapshot says a targets role's file must be; a refusal when it is not listed. */
export function listedTargets(state: TrustState, role: string): FileMeta | Refusal {
  const file = `${role}.json`;
  const meta = state.snapshot?.signed.meta ?? {};
  const listed = Object.hasOwn(meta, file) ? meta[file] : undefined;
  return listed ?? refuse('trust-unknown', file, '5.6.1', 'the snapshot does not list it');
}

async function verifyTargetsFile(
  state: TrustState,
  name: string,
  keys: Readonly<Record<string, TrustKey>>,
  role: RoleKeys,
  bytes: Uint8Array,
  now: Date,
): Promise<MetadataFile<TargetsSigned> | Refusal> {
  const next = await checkTargetsFile(state, name, keys, role, bytes);
  if (isRefusal(next)) return next;

  // 5.6.5: a freeze attack.
  return checkExpiry(next.signed, effectiveNow(state, now), `${name}.json`, '5.6.5') ?? next;
}

/** §5.6.2 to §5.6.4: everything but expiry. Enough for its publisher, never for a device. */
export async function checkTargetsFile(
  state: TrustState,
  name: string,
  keys: Readonly<Record<string, TrustKey>>,
  role: RoleKeys,
  bytes: Uint8Array,
): Promise<MetadataFile<TargetsSigned> | Refusal> {
  const subject = `${name}.json`;
  const expected = listedTargets(state, name);
  if (isRefusal(expected)) return expected;

  // 5.6.2: the hash that the snapshot gives; and no more bytes than it allows.
  const different = await checkBytes(bytes, expected, subject, '5.6.2');
  if (different) return different;

  const next = readMetadata('targets', bytes, subject);
  if (isRefusal(next)) return next;

  // 5.6.3: an arbitrary software attack.
  const unsigned = await checkThreshold(next, keys, role, subject, '5.6.3');
  if (unsigned) return unsigned;

  // 5.6.4: mix-and-match.
  const { version } = next.signed;
  return version === expected.version
    ? next
    : refuse(
        'trust-mismatch',
        subject,
        '5.6.4',
        `version ${version}, signed for ${expected.version}`,
      );
}
