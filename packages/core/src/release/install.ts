/**
 * The install state machine of one family on one device, as a pure reducer.
 *
 * planned → fetching → verified → staged → probation → committed, or rolled-back with a reason.
 * The shell (`@selvedge/node/install`) writes every new state to a journal before it acts on it,
 * so that a crash at any point resumes from {@link recover}. Two promises live here: a variant
 * commits only by answering its golden inputs (3), and once one was committed there is always one
 * that answers (1).
 */
import type { ErrorCode } from '../errors/index.ts';
import type { Digest, FamilyName, Version } from '../schema/index.ts';
import type { ReleaseVariant } from './documents.ts';
import type { InstalledVariant, InstallState } from './installed.ts';

/** What is to be installed. The signed variant is kept whole: it must serve without a network. */
export interface InstallTarget {
  readonly version: Version;
  readonly variant: ReleaseVariant;
}

/** An attempt that is under way, or the last one that was rolled back. */
export interface InstallAttempt {
  readonly target: InstallTarget;
  readonly state: Exclude<InstallState, 'committed'>;
  /** Bytes received so far, over all resumptions. */
  readonly receivedBytes: number;
  /** How often probation was entered; a crash in probation counts, since the model may cause it. */
  readonly trials: number;
  /** Why it was rolled back. */
  readonly reason?: InstallFailure;
}

export interface InstallFailure {
  readonly code: ErrorCode;
  readonly message: string;
}

/** A variant that must not be tried again by this engine. */
export interface RefusedVariant extends InstallFailure {
  readonly digest: Digest;
  /** Engine name and version: a different one may try again. */
  readonly engine: string;
}

/** How one family stands on this device. */
export interface Installation {
  readonly family: FamilyName;
  /** Committed: it answers. */
  readonly active?: InstallTarget;
  /** Committed before `active`; kept, so that it can answer when `active` is lost. */
  readonly previous?: InstallTarget;
  readonly attempt?: InstallAttempt;
  /** Newest last, at most {@link maxRefused}. */
  readonly refused: readonly RefusedVariant[];
}

/** What happened. Facts, in the past tense; the reducer says what follows. */
export type InstallEvent =
  | { readonly type: 'planned'; readonly target: InstallTarget; readonly engine: string }
  | { readonly type: 'fetch-started' }
  | { readonly type: 'fetch-progressed'; readonly receivedBytes: number }
  | { readonly type: 'verified' }
  | { readonly type: 'staged' }
  | { readonly type: 'probation-started' }
  | { readonly type: 'golden-passed'; readonly digest: Digest }
  | {
      readonly type: 'failed';
      readonly reason: InstallFailure;
      /** The variant itself is at fault: do not try it again with this engine. */
      readonly refuse?: { readonly engine: string };
    }
  | { readonly type: 'active-lost'; readonly digest: Digest };

/** An event that the state does not allow. A value: the caller has a bug or a damaged journal. */
export interface IllegalEvent {
  readonly illegal: true;
  readonly message: string;
}

/** What to do with an attempt after a restart. */
export type Recovery =
  | { readonly action: 'none' }
  | { readonly action: 'fetch' }
  | { readonly action: 'stage' }
  | { readonly action: 'try' }
  | { readonly action: 'roll-back'; readonly reason: InstallFailure };

/** Times that probation may be entered before the variant is blamed for never leaving it. */
export const maxTrials = 3;
/** Refused variants remembered. */
export const maxRefused = 16;

export const newInstallation = (family: FamilyName): Installation => ({ family, refused: [] });

/** The next state, or why the event cannot happen now. */
export function reduceInstall(
  state: Installation,
  event: InstallEvent,
): Installation | IllegalEvent {
  if (event.type === 'planned') return planned(state, event);
  if (event.type === 'active-lost') return activeLost(state, event.digest);
  const { attempt } = state;
  if (!attempt || attempt.state === 'rolled-back') return illegal(event, 'no attempt is under way');
  const from = attempt.state;
  switch (event.type) {
    case 'fetch-started':
      // Again from `fetching`: a resumed fetch.
      return among(from, ['planned', 'fetching'])
        ? { ...state, attempt: { ...attempt, state: 'fetching' } }
        : illegal(event, from);
    case 'fetch-progressed':
      return from === 'fetching' && event.receivedBytes >= attempt.receivedBytes
        ? { ...state, attempt: { ...attempt, receivedBytes: event.receivedBytes } }
        : illegal(event, from);
    case 'verified':
      return from === 'fetching'
        ? { ...state, attempt: { ...attempt, state: 'verified' } }
        : illegal(event, from);
    case 'staged':
      return from === 'verified'
        ? { ...state, attempt: { ...attempt, state: 'staged' } }
        : illegal(event, from);
    case 'probation-started':
      // Again from `probation`: the process died in it.
      return among(from, ['staged', 'probation']) && attempt.trials < maxTrials
        ? { ...state, attempt: { ...attempt, state: 'probation', trials: attempt.trials + 1 } }
        : illegal(event, `${from} after ${attempt.trials} trials`);
    case 'golden-passed':
      return from === 'probation' && digestOf(attempt.target) === event.digest
        ? committed(state, attempt.target)
        : illegal(event, from);
    case 'failed':
      return rolledBack(state, attempt, event);
  }
}

/** What a restart must do with the attempt that the journal shows. */
export function recover(state: Installation): Recovery {
  switch (state.attempt?.state) {
    case undefined:
    case 'rolled-back':
      return { action: 'none' };
    case 'planned':
    case 'fetching':
      return { action: 'fetch' };
    case 'verified':
      return { action: 'stage' };
    case 'staged':
      return { action: 'try' };
    case 'probation':
      return state.attempt.trials < maxTrials
        ? { action: 'try' }
        : {
            action: 'roll-back',
            reason: {
              code: 'engine-failed',
              message: `probation did not end in ${maxTrials} trials: the process died in each`,
            },
          };
  }
}

/** The variant that must not be tried again by this engine, with the reason; else undefined. */
export function refusalOf(
  state: Installation,
  digest: Digest,
  engine: string,
): RefusedVariant | undefined {
  return state.refused.find((entry) => entry.digest === digest && entry.engine === engine);
}

/** Manifest digests whose bytes must stay on the disk, the answering one first. */
export function keptTargets(state: Installation): InstallTarget[] {
  const attempt = state.attempt?.state === 'rolled-back' ? undefined : state.attempt;
  return [state.active, state.previous, attempt?.target].filter((target) => target !== undefined);
}

/**
 * How the family is reported: what is committed, then what was rolled back. What is only half way
 * is nobody's business (promise 3).
 */
export function reportInstallation(state: Installation): InstalledVariant[] {
  const lines: InstalledVariant[] = [];
  if (state.active) lines.push(line(state.family, state.active, 'committed'));
  if (state.attempt?.state === 'rolled-back') {
    lines.push(line(state.family, state.attempt.target, 'rolled-back'));
  }
  return lines;
}

/** The attempt that is under way, for the device's own eyes. */
export function installationUnderWay({ family, attempt }: Installation): InstalledVariant[] {
  if (!attempt || attempt.state === 'rolled-back') return [];
  return [line(family, attempt.target, attempt.state)];
}

function planned(
  state: Installation,
  event: Extract<InstallEvent, { type: 'planned' }>,
): Installation | IllegalEvent {
  const refused = refusalOf(state, digestOf(event.target), event.engine);
  if (refused) return illegal(event, `the variant was refused (${refused.code})`);
  return {
    ...state,
    attempt: { target: event.target, state: 'planned', receivedBytes: 0, trials: 0 },
  };
}

function committed(state: Installation, target: InstallTarget): Installation {
  const { active, previous, attempt: _, ...rest } = state;
  // Installing again what is active (a repair) must not push the previous one out.
  const repaired = active && digestOf(active) === digestOf(target);
  const fallback = repaired ? previous : (active ?? previous);
  return { ...rest, active: target, ...(fallback && { previous: fallback }) };
}

function rolledBack(
  state: Installation,
  attempt: InstallAttempt,
  event: Extract<InstallEvent, { type: 'failed' }>,
): Installation {
  const rolled = { ...attempt, state: 'rolled-back' as const, reason: event.reason };
  if (!event.refuse) return { ...state, attempt: rolled };
  const digest = digestOf(attempt.target);
  const entry = { digest, engine: event.refuse.engine, ...event.reason };
  const others = state.refused.filter((e) => e.digest !== digest || e.engine !== entry.engine);
  return { ...state, attempt: rolled, refused: [...others, entry].slice(-maxRefused) };
}

function activeLost(state: Installation, digest: Digest): Installation | IllegalEvent {
  const { active, previous, ...rest } = state;
  if (!active || digestOf(active) !== digest) {
    return { illegal: true, message: `active-lost: ${digest} is not active` };
  }
  // Without a previous one the record stays: it is fetched again under the same digest.
  if (!previous) return { illegal: true, message: 'active-lost: nothing else could answer' };
  return { ...rest, active: previous };
}

const digestOf = (target: InstallTarget): Digest => target.variant.manifest.digest;

const among = (state: InstallState, allowed: readonly InstallState[]): boolean =>
  allowed.includes(state);

const illegal = (event: InstallEvent, why: string): IllegalEvent => ({
  illegal: true,
  message: `${event.type}: ${why}`,
});

function line(family: FamilyName, target: InstallTarget, state: InstallState): InstalledVariant {
  return {
    family,
    version: target.version,
    variant: target.variant.id,
    digest: digestOf(target),
    state,
  };
}
