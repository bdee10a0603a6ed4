import { readMetadata } from './read-metadata.ts';
import { isRefusal, refuse } from './refusal.ts';
import { checkThreshold } from './threshold.ts';
import { checkExpiry, effectiveNow, raiseFloor } from './trusted-time.ts';
import type { Refusal, TrustState } from './types.ts';

const subject = 'timestamp.json';

/**
 * §5.4.2 to §5.4.4. A timestamp of the version that is trusted already is discarded, which is
 * normal: the state comes back as it was, with the floor that the trusted one proves. The caller checks the clock against the floor
 * (`checkClock`), which this step may have raised.
 */
export async function verifyTimestamp(
  state: TrustState,
  bytes: Uint8Array,
  now: Date,
): Promise<TrustState | Refusal> {
  const next = readMetadata('timestamp', bytes, subject);
  if (isRefusal(next)) return next;

  // 5.4.2: an arbitrary software attack.
  const { keys, roles } = state.root.signed;
  const unsigned = await checkThreshold(next, keys, roles.timestamp, subject, '5.4.2');
  if (unsigned) return unsigned;

  // 5.4.3.1: a rollback attack, and the normal case of nothing new.
  const trusted = state.timestamp?.signed;
  const { version, meta } = next.signed;
  if (trusted && version < trusted.version) {
    return refuse(
      'trust-rollback',
      subject,
      '5.4.3.1',
      `version ${version}, seen ${trusted.version}`,
    );
  }
  if (state.timestamp && version === state.timestamp.signed.version) {
    const floor = raiseFloor(state.floor, state.timestamp, roles.timestamp.keyids);
    return floor === state.floor ? state : { ...state, floor };
  }

  // 5.4.3.2: a rollback of the snapshot.
  const [snapshot, seen] = [
    meta['snapshot.json'].version,
    trusted?.meta['snapshot.json'].version ?? 0,
  ];
  if (snapshot < seen) {
    return refuse('trust-rollback', subject, '5.4.3.2', `names snapshot ${snapshot}, seen ${seen}`);
  }

  // 5.4.4: a freeze attack, judged no earlier than the time that this file itself proves.
  const floor = raiseFloor(state.floor, next, roles.timestamp.keyids);
  const expired = checkExpiry(next.signed, effectiveNow({ floor }, now), subject, '5.4.4');
  return expired ?? { ...state, timestamp: next, floor };
}
