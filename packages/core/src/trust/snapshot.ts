import { checkBytes } from './file-meta.ts';
import { readMetadata } from './read-metadata.ts';
import { isRefusal, refuse } from './refusal.ts';
import { checkThreshold } from './threshold.ts';
import { checkExpiry, effectiveNow } from './trusted-time.ts';
import type { Refusal, SnapshotSigned, TrustState } from './types.ts';

const subject = 'snapshot.json';

/** §5.5.2 to §5.5.6, against the trusted timestamp and what the trusted snapshot listed. */
export async function verifySnapshot(
  state: TrustState,
  bytes: Uint8Array,
  now: Date,
): Promise<TrustState | Refusal> {
  const expected = state.timestamp?.signed.meta[subject];
  if (!expected) return refuse('trust-unknown', subject, '5.5', 'no timestamp is trusted');

  // 5.5.2: the hash that the timestamp gives; and no more bytes than it allows.
  const different = await checkBytes(bytes, expected, subject, '5.5.2');
  if (different) return different;

  const next = readMetadata('snapshot', bytes, subject);
  if (isRefusal(next)) return next;

  // 5.5.3: an arbitrary software attack.
  const { keys, roles } = state.root.signed;
  const unsigned = await checkThreshold(next, keys, roles.snapshot, subject, '5.5.3');
  if (unsigned) return unsigned;

  // 5.5.4: mix-and-match.
  const { version } = next.signed;
  if (version !== expected.version) {
    return refuse(
      'trust-mismatch',
      subject,
      '5.5.4',
      `version ${version}, signed for ${expected.version}`,
    );
  }

  // 5.5.5: a rollback of any targets role. 5.5.6: a freeze attack.
  const refusal =
    checkListed(state.snapshot?.signed, next.signed) ??
    checkExpiry(next.signed, effectiveNow(state, now), subject, '5.5.6');
  return refusal ?? { ...state, snapshot: next };
}

function checkListed(
  trusted: SnapshotSigned | undefined,
  next: SnapshotSigned,
): Refusal | undefined {
  for (const [file, seen] of Object.entries(trusted?.meta ?? {})) {
    const listed = Object.hasOwn(next.meta, file) ? next.meta[file] : undefined;
    if (!listed) return refuse('trust-rollback', subject, '5.5.5', `no longer lists ${file}`);
    if (listed.version < seen.version) {
      const message = `names ${file} version ${listed.version}, seen ${seen.version}`;
      return refuse('trust-rollback', subject, '5.5.5', message);
    }
  }
  return undefined;
}
