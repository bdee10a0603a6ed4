import { checkBytes } from './file-meta.ts';
import { metadataPath } from './file-name.ts';
import type { Carried, TrustPorts } from './ports.ts';
import { isRefusal, refuse } from './refusal.ts';
import { forgetRotated, verifyRoot } from './root.ts';
import { verifySnapshot } from './snapshot.ts';
import { listedTargets, verifyTargets } from './targets.ts';
import { verifyTimestamp } from './timestamp.ts';
import { checkClock, checkExpiry, effectiveNow } from './trusted-time.ts';
import type { FileMeta, Refusal, TrustState } from './types.ts';

/** W, X, Y and Z of the specification: the most bytes of a file whose size nothing gives. */
export const maxBytes = {
  root: 512 * 1024,
  timestamp: 16 * 1024,
  snapshot: 8 * 1024 * 1024,
  targets: 16 * 1024 * 1024,
} as const;

/** The most root files one refresh follows (Y of §5.3.3). */
const maxRoots = 1024;

/**
 * A refresh under way. `state` advances as each file is accepted and stored, so that what was
 * accepted is never forgotten, whatever fails later.
 */
export interface Cycle {
  state: TrustState;
  /** The server's validator of the timestamp that was accepted. */
  tag?: string | undefined;
}

/**
 * The client workflow of TUF 1.0.34 §5.3 to §5.6.6: root, timestamp, snapshot, targets.
 *
 * @param now the fixed update start time (§5.1).
 * @returns the refusal that ended it, or undefined when the state is whole and fresh.
 * @throws what `ports.fetch` and `ports.store` throw.
 */
export async function refresh(
  ports: TrustPorts,
  cycle: Cycle,
  now: Date,
): Promise<Refusal | undefined> {
  cycle.tag = undefined;
  for (const step of [updateRoot, updateTimestamp, updateSnapshot, updateTargets]) {
    const refusal = await step(ports, cycle, now);
    if (refusal) return refusal;
  }
  return undefined;
}

/**
 * Asks for the timestamp only: one conditional request. True when it is unchanged and all that
 * is trusted is whole and fresh. §5.3 asks for a newer root first; a carrier that hides one can
 * do so there as well as here, for as long as the timestamp is fresh, and a repository renews
 * the timestamp with every root.
 */
export async function nothingNew(ports: TrustPorts, cycle: Cycle, now: Date): Promise<boolean> {
  const { state, tag } = cycle;
  if (tag === undefined || !isWhole(state) || checkFresh(state, now)) return false;
  const carried = await ports.fetch('timestamp.json', { maxBytes: maxBytes.timestamp, tag });
  return carried.kind === 'unchanged';
}

/** Whether timestamp, snapshot and targets belong together. */
export function isWhole(state: TrustState): boolean {
  const snapshot = state.timestamp?.signed.meta['snapshot.json'].version;
  const targets = listedTargets(state, 'targets');
  return (
    snapshot !== undefined &&
    state.snapshot?.signed.version === snapshot &&
    !isRefusal(targets) &&
    state.targets?.signed.version === targets.version
  );
}

/** Expiry of everything that is trusted, and the clock against the floor. */
function checkFresh(state: TrustState, now: Date): Refusal | undefined {
  const at = effectiveNow(state, now);
  const clock = checkClock(state, now);
  if (clock) return clock;
  for (const [role, section] of sections) {
    const file = state[role];
    const expired = file && checkExpiry(file.signed, at, `${role}.json`, section);
    if (expired) return expired;
  }
  return undefined;
}

const sections = [
  ['root', '5.3.10'],
  ['timestamp', '5.4.4'],
  ['snapshot', '5.5.6'],
  ['targets', '5.6.5'],
] as const;

/** §5.3 */
async function updateRoot(
  ports: TrustPorts,
  cycle: Cycle,
  now: Date,
): Promise<Refusal | undefined> {
  for (let count = 0; count < maxRoots; count++) {
    const path = `${cycle.state.root.signed.version + 1}.root.json`;
    const carried = await ports.fetch(path, { maxBytes: maxBytes.root });
    if (carried.kind === 'missing') break;
    const bytes = contents(carried, 'root.json', '5.3.3');
    if (isRefusal(bytes)) return bytes;
    const next = await verifyRoot(cycle.state, bytes);
    if (isRefusal(next)) return next;
    await ports.store.write('root', bytes); // 5.3.8
    cycle.state = next;
  }
  // 5.3.11, before 5.3.10: a floor that a stolen key proved must not judge the new root.
  await dropRotated(ports, cycle);
  const { state } = cycle;
  return (
    checkClock(state, now) ??
    checkExpiry(state.root.signed, effectiveNow(state, now), 'root.json', '5.3.10')
  );
}

async function dropRotated(ports: TrustPorts, cycle: Cycle): Promise<void> {
  const before = cycle.state;
  const after = await forgetRotated(before);
  if (before.floor && !after.floor) await ports.store.writeFloor(undefined);
  for (const role of ['timestamp', 'snapshot'] as const) {
    if (before[role] && !after[role]) await ports.store.remove(role);
  }
  cycle.state = after;
}

/** §5.4 */
async function updateTimestamp(
  ports: TrustPorts,
  cycle: Cycle,
  now: Date,
): Promise<Refusal | undefined> {
  const carried = await ports.fetch('timestamp.json', { maxBytes: maxBytes.timestamp });
  const bytes = contents(carried, 'timestamp.json', '5.4.1');
  if (isRefusal(bytes)) return bytes;
  const next = await verifyTimestamp(cycle.state, bytes, now);
  if (isRefusal(next)) return next;
  // 5.4.5. The floor first: after a crash in between it may be ahead of the file, never behind.
  if (next.floor && next.floor !== cycle.state.floor) await ports.store.writeFloor(next.floor);
  if (next.timestamp !== cycle.state.timestamp) await ports.store.write('timestamp', bytes);
  cycle.state = next;
  // A validator of a file that was discarded says nothing about the one that is trusted.
  const held = next.timestamp?.bytes ?? bytes;
  const same = held.length === bytes.length && held.every((byte, at) => byte === bytes[at]);
  if (carried.kind === 'found' && same) cycle.tag = carried.tag;
  // Where nothing was new, what is trusted may have expired meanwhile.
  return (
    checkClock(next, now) ??
    (next.timestamp &&
      checkExpiry(next.timestamp.signed, effectiveNow(next, now), 'timestamp.json', '5.4.4'))
  );
}

/** §5.5 */
async function updateSnapshot(
  ports: TrustPorts,
  cycle: Cycle,
  now: Date,
): Promise<Refusal | undefined> {
  const { state } = cycle;
  const listed = state.timestamp?.signed.meta['snapshot.json'];
  if (!listed) return refuse('trust-unknown', 'snapshot.json', '5.5', 'no timestamp is trusted');
  if (await isCurrent(state.snapshot, listed)) {
    return checkExpiry(state.snapshot!.signed, effectiveNow(state, now), 'snapshot.json', '5.5.6');
  }
  const path = metadataPath(state, 'snapshot', listed.version);
  const carried = await ports.fetch(path, { maxBytes: listed.length ?? maxBytes.snapshot });
  const bytes = contents(carried, 'snapshot.json', '5.5.1');
  if (isRefusal(bytes)) return bytes;
  const next = await verifySnapshot(state, bytes, now);
  if (isRefusal(next)) return next;
  await ports.store.write('snapshot', bytes); // 5.5.7
  cycle.state = next;
  return undefined;
}

/** §5.6.1 to §5.6.6 */
async function updateTargets(
  ports: TrustPorts,
  cycle: Cycle,
  now: Date,
): Promise<Refusal | undefined> {
  const { state } = cycle;
  const listed = listedTargets(state, 'targets');
  if (isRefusal(listed)) return listed;
  if (await isCurrent(state.targets, listed)) {
    const verified = await verifyTargets(state, state.targets!.bytes, now);
    if (!isRefusal(verified)) return undefined;
  }
  const path = metadataPath(state, 'targets', listed.version);
  const carried = await ports.fetch(path, { maxBytes: listed.length ?? maxBytes.targets });
  const bytes = contents(carried, 'targets.json', '5.6.1');
  if (isRefusal(bytes)) return bytes;
  const next = await verifyTargets(state, bytes, now);
  if (isRefusal(next)) return next;
  await ports.store.write('targets', bytes); // 5.6.6
  cycle.state = next;
  return undefined;
}

/** Whether a file that is trusted already is the one that is listed, so that it needs no fetch. */
async function isCurrent(
  file: { readonly signed: { readonly version: number }; readonly bytes: Uint8Array } | undefined,
  listed: FileMeta,
): Promise<boolean> {
  return file?.signed.version === listed.version && !(await checkBytes(file.bytes, listed, '', ''));
}

/** The bytes that were carried, or why there are none. */
export function contents(carried: Carried, subject: string, section: string): Uint8Array | Refusal {
  if (carried.kind === 'found') return carried.bytes;
  if (carried.kind === 'too-large') {
    return refuse('trust-too-large', subject, section, 'more bytes than were signed for');
  }
  return refuse('trust-unknown', subject, section, 'the repository does not have it');
}
