import { readMetadata } from './read-metadata.ts';
import { isRefusal, refuse } from './refusal.ts';
import { checkThreshold } from './threshold.ts';
import { floorUnder } from './trusted-time.ts';
import type { Refusal, TrustState } from './types.ts';

const subject = 'root.json';

/** §5.2: starts from a root that came by a trusted way. It must be signed by its own keys. */
export async function loadRoot(bytes: Uint8Array): Promise<TrustState | Refusal> {
  const root = readMetadata('root', bytes, subject);
  if (isRefusal(root)) return root;
  const { keys, roles } = root.signed;
  return (await checkThreshold(root, keys, roles.root, subject, '5.2')) ?? { root };
}

/** §5.3.4 to §5.3.7: the next root, signed by the keys of the trusted one and by its own. */
export async function verifyRoot(
  state: TrustState,
  bytes: Uint8Array,
): Promise<TrustState | Refusal> {
  const next = readMetadata('root', bytes, subject);
  if (isRefusal(next)) return next;

  // 5.3.4: an arbitrary software attack.
  for (const { signed } of [state.root, next]) {
    const refusal = await checkThreshold(next, signed.keys, signed.roles.root, subject, '5.3.4');
    if (refusal) return refusal;
  }

  // 5.3.5: a rollback attack.
  const [expected, version] = [state.root.signed.version + 1, next.signed.version];
  if (version !== expected) {
    return refuse(
      'trust-rollback',
      subject,
      '5.3.5',
      `version ${version}, and ${expected} comes next`,
    );
  }

  // 5.3.6: its expiry does not matter yet. 5.3.7: it becomes the trusted one.
  return { ...state, root: next };
}

/**
 * §5.3.11: after the last root, drops a timestamp and a snapshot that its keys no longer vouch
 * for, and the time floor with them: what stolen keys pushed far ahead can be recovered. What
 * verifies under the new keys was not signed by the old ones alone, and stays.
 */
export async function forgetRotated(state: TrustState): Promise<TrustState> {
  const { keys, roles } = state.root.signed;
  const floor = floorUnder(state);
  for (const role of ['timestamp', 'snapshot'] as const) {
    const file = state[role];
    if (file && (await checkThreshold(file, keys, roles[role], `${role}.json`, '5.3.11'))) {
      return { ...state, floor, timestamp: undefined, snapshot: undefined };
    }
  }
  return { ...state, floor };
}
