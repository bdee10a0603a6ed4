import { SelvedgeError, toSelvedgeError } from '@selvedge/core/errors';
import { type Installation, type InstallTarget, recover } from '@selvedge/core/release';
import type { FamilyName } from '@selvedge/core/schema';
import type { ContentStore } from '../store/index.ts';
import { fetchVariant } from './fetch-variant.ts';
import { type InstallJournal, openInstallJournal } from './journal.ts';
import { loadVariant } from './load-variant.ts';
import type { InstallerEvent, LoadModel } from './ports.ts';
import { isVariantsFault, tryVariant } from './probation.ts';
import { type Serving, serve } from './serving.ts';

/** What the installers of all families share. */
export interface InstallContext {
  readonly dir: string;
  readonly store: ContentStore;
  readonly load: LoadModel;
  /** Name and version: what a refusal is remembered under. */
  readonly engineId: string;
  readonly clock: () => Date;
  readonly idleMs: number;
  readonly sources: () => readonly string[];
  readonly emit: (event: InstallerEvent) => void;
}

/** One install as asked for by `update`. */
export interface InstallRun {
  readonly target: InstallTarget;
  readonly signal?: AbortSignal | undefined;
  readonly onBytes: (bytes: number) => void;
  readonly onRefused: (error: SelvedgeError) => void;
}

/** One family on this device: its journal, what answers, and the way from one to the next. */
export interface FamilyInstaller {
  readonly state: Installation;
  /** Whether the journal was damaged when it was opened. */
  readonly damaged: boolean;
  /** What answers now. */
  readonly serving: Serving | undefined;
  /** Loads what is committed; where that is lost, what was committed before it. */
  start(): Promise<void>;
  /**
   * Brings the target to `committed`, from wherever an earlier attempt at it stopped.
   * @throws SelvedgeError why not; the journal says whether it may resume or was rolled back.
   */
  install(run: InstallRun): Promise<void>;
  close(): Promise<void>;
}

export async function openFamilyInstaller(
  family: FamilyName,
  context: InstallContext,
): Promise<FamilyInstaller> {
  const journal = await openInstallJournal(context.dir, family, context.clock);
  let serving: Serving | undefined;

  const takeOver = async (next: Serving): Promise<void> => {
    const before = serving;
    serving = next;
    // Not awaited: runs in flight may take long, and the new one answers already.
    before?.retire().catch(() => {});
  };
  return {
    damaged: journal.damaged,
    get state() {
      return journal.state;
    },
    get serving() {
      return serving;
    },
    async start() {
      serving = await loadCommitted(family, journal, context);
    },
    async install(run) {
      const { attempt } = journal.state;
      const resumes =
        attempt && attempt.state !== 'rolled-back' && sameTarget(attempt.target, run.target);
      if (!resumes) {
        await journal.record({ type: 'planned', target: run.target, engine: context.engineId });
      }
      try {
        await takeOver(await advance(family, journal, run, context));
      } catch (caught) {
        const error = toSelvedgeError(caught);
        await rollBackIfDue(family, journal, error, context);
        throw error;
      }
    },
    async close() {
      await journal.close();
      await serving?.retire();
      serving = undefined;
    },
  };
}

/** Whether two targets are the same bytes of the same version. */
export const sameTarget = (a: InstallTarget, b: InstallTarget): boolean =>
  a.version === b.version && a.variant.manifest.digest === b.variant.manifest.digest;

/** Does what {@link recover} says until the target is committed: a first install and a resumed one alike. */
async function advance(
  family: FamilyName,
  journal: InstallJournal,
  run: InstallRun,
  context: InstallContext,
): Promise<Serving> {
  const { target } = run;
  const { version, variant } = target;
  const tell = (step: InstallerEvent['step'], text: string, more: Partial<InstallerEvent> = {}) =>
    context.emit({ family, step, text, version, variant: variant.id, ...more });
  for (;;) {
    run.signal?.throwIfAborted();
    const next = recover(journal.state);
    switch (next.action) {
      case 'fetch': {
        await journal.record({ type: 'fetch-started' });
        const receivedBytes = await fetchInto(family, journal, run, context);
        await journal.record({ type: 'verified' });
        tell('verified', `${variant.bytes} bytes have the signed digests`, { receivedBytes });
        break;
      }
      case 'stage':
        // Read back and verified again: what the disk gives, not what was sent to it.
        await loadVariant(context.store, target);
        await journal.record({ type: 'staged' });
        tell('staged', 'read back from the disk');
        break;
      case 'try': {
        await journal.record({ type: 'probation-started' });
        tell('probation', `answering its golden inputs in ${context.engineId}`);
        const session = await tryVariant(context.store, target, context.load);
        await journal.record({ type: 'golden-passed', digest: variant.manifest.digest });
        tell('committed', `${variant.id} ${version} answers`);
        return serve(family, target, session);
      }
      case 'roll-back':
        throw new SelvedgeError(next.reason.code, next.reason.message, {
          details: { trials: true },
        });
      case 'none':
        throw new SelvedgeError('internal', `install of ${family}: nothing is under way`);
    }
  }
}

/** Fetches what is missing; resolves with the bytes that came, those of broken off tries included. */
async function fetchInto(
  family: FamilyName,
  journal: InstallJournal,
  run: InstallRun,
  { dir, store, idleMs, sources, emit }: InstallContext,
): Promise<number> {
  const { version, variant } = run.target;
  const origins = sources();
  const totalBytes = variant.bytes + variant.manifest.size;
  let received = journal.state.attempt?.receivedBytes ?? 0;
  let told = 0;
  const step = {
    family,
    step: 'fetching',
    version,
    variant: variant.id,
    totalBytes,
  } as const;
  emit({ ...step, text: `${totalBytes} bytes from ${origins[0]}`, receivedBytes: received });
  const onBytes = (bytes: number): void => {
    run.onBytes(bytes);
    received += bytes;
    if (received - told < Math.max(totalBytes / 20, 256 * 1024)) return;
    told = received;
    emit({ ...step, text: `${received} of ${totalBytes} bytes`, receivedBytes: received });
  };
  const { signal, onRefused } = run;
  try {
    const origin = { origins, store, idleMs, signal, onBytes, onRefused };
    await fetchVariant(family, run.target, origin, { dir, receivedBytes: received });
    return received;
  } finally {
    await journal.record({ type: 'fetch-progressed', receivedBytes: received }).catch(() => {});
  }
}

/** Records that the attempt is over, where the error means that; else it resumes another time. */
async function rollBackIfDue(
  family: FamilyName,
  journal: InstallJournal,
  error: SelvedgeError,
  { engineId, emit }: InstallContext,
): Promise<void> {
  const { attempt } = journal.state;
  if (!attempt || attempt.state === 'rolled-back') return;
  const refuse = isVariantsFault(error) || error.details.trials === true;
  const bytesLost = error.code === 'io-failed' && attempt.state !== 'fetching';
  if (!refuse && !bytesLost && !error.code.startsWith('trust-')) return;
  const reason = { code: error.code, message: error.message };
  const { version, variant } = attempt.target;
  try {
    await journal.record({
      type: 'failed',
      reason,
      ...(refuse && { refuse: { engine: engineId } }),
    });
    emit({ family, step: 'rolled-back', text: error.message, version, variant: variant.id });
  } catch {
    // The journal cannot be written: the attempt resumes and fails the same way another time.
  }
}

async function loadCommitted(
  family: FamilyName,
  journal: InstallJournal,
  { store, load, emit }: InstallContext,
): Promise<Serving | undefined> {
  const { active, previous } = journal.state;
  for (const target of [active, previous]) {
    if (!target) continue;
    const { version, variant } = target;
    try {
      const { model } = await loadVariant(store, target);
      return serve(family, target, await load(model, target));
    } catch (caught) {
      const error = toSelvedgeError(caught);
      emit({
        family,
        step: 'lost',
        text: `${variant.id} ${version}: ${error.message}`,
        version,
        variant: variant.id,
      });
      if (!mayPass(error) && target === active && previous) {
        await journal.record({ type: 'active-lost', digest: variant.manifest.digest });
      }
    }
  }
  return undefined;
}

/**
 * Whether the next start may find it well again: the engine's failures, and what a file system says
 * of itself. Lost or changed bytes do not come back by themselves.
 */
const mayPass = ({ code, details }: SelvedgeError): boolean =>
  ['engine-failed', 'out-of-memory', 'internal'].includes(code) || details.errno !== undefined;
