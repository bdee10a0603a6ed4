/**
 * The trusted-time floor. TUF accepts an expired timestamp from a client whose clock was set
 * back (§6.1, "bogus clocks"). Here a client remembers the newest time that a verified timestamp
 * proved (its `issued`); expiry is judged no earlier than that, and a clock more than a day
 * behind it is refused, since a freeze could not be seen.
 */
import { refuse } from './refusal.ts';
import type { MetadataFile, Refusal, TimeFloor, TimestampSigned, TrustState } from './types.ts';

/** How far a clock may lag behind the floor: a bad time zone, a slow clock, not a set-back one. */
export const clockToleranceMs = 24 * 60 * 60 * 1000;

/** The time to judge expiry by: the clock's, or the floor where the clock is behind it. */
export const effectiveNow = (state: Pick<TrustState, 'floor'>, now: Date): Date =>
  state.floor && Date.parse(state.floor.at) > now.valueOf() ? new Date(state.floor.at) : now;

/** Refuses a clock that is more than {@link clockToleranceMs} behind the floor. */
export function checkClock(state: TrustState, now: Date): Refusal | undefined {
  const { floor } = state;
  if (!floor || Date.parse(floor.at) - now.valueOf() <= clockToleranceMs) return undefined;
  const clock = now.toISOString().slice(0, 19);
  const message = `the clock says ${clock}Z, and signed metadata proves ${floor.at}`;
  return refuse('trust-clock', 'timestamp.json', '5.4.4', message);
}

/** The floor after a timestamp was verified: it only rises. */
export function raiseFloor(
  floor: TimeFloor | undefined,
  timestamp: MetadataFile<TimestampSigned>,
  keyids: readonly string[],
): TimeFloor | undefined {
  const at = timestamp.signed.issued;
  if (at === undefined || (floor && floor.at >= at)) return floor;
  return { at, keyids };
}

/**
 * The floor that survives a new root. Whoever stole the timestamp key could have proved any
 * time; once the root drops that key, what it proved no longer counts (compare §5.3.11).
 */
export function floorUnder(state: TrustState): TimeFloor | undefined {
  const { keyids } = state.root.signed.roles.timestamp;
  return state.floor?.keyids.every((id) => keyids.includes(id)) ? state.floor : undefined;
}

/** §5.3.10, §5.4.4, §5.5.6, §5.6.5: refuses what is not valid any more. */
export function checkExpiry(
  signed: { readonly expires: string },
  now: Date,
  subject: string,
  section: string,
): Refusal | undefined {
  if (Date.parse(signed.expires) > now.valueOf()) return undefined;
  const time = now.toISOString().slice(0, 19);
  return refuse('trust-expired', subject, section, `expired at ${signed.expires}, it is ${time}Z`);
}
