import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { selectVariant } from '@selvedge/core/device';
import { fail, SelvedgeError, toSelvedgeError } from '@selvedge/core/errors';
import {
  familyOfSlug,
  type InstallTarget,
  recover,
  refusalOf,
  reportInstallation,
} from '@selvedge/core/release';
import type { FamilyName } from '@selvedge/core/schema';
import { makeDirectory } from '../store/index.ts';
import {
  type FamilyInstaller,
  type InstallContext,
  openFamilyInstaller,
  sameTarget,
} from './family-installer.ts';
import type { Installer, InstallerOptions, UpdateOutcome } from './ports.ts';
import { sweepStore } from './sweep.ts';

const defaultIdleMs = 30_000;

/**
 * Opens the installer over a data directory: loads every committed variant, removes blobs that
 * nothing consists of, then waits for `poll` or `update`. The store is the installer's own.
 *
 * @throws SelvedgeError `io-failed`, `disk-full`, `bad-document` (a journal of a newer version)
 */
export async function openInstaller(options: InstallerOptions): Promise<Installer> {
  const context = contextOf(options);
  const families = new Map<FamilyName, FamilyInstaller>();
  for (const family of await knownFamilies(options.dir)) {
    const installer = await openFamilyInstaller(family, context);
    families.set(family, installer);
    await installer.start();
  }
  const states = () => [...families.values()].map((installer) => installer.state);
  // What a damaged journal no longer names may be what the device runs: nothing is removed before
  // the next open, when it has been found out again.
  const mayRemove = ![...families.values()].some(({ damaged }) => damaged);
  const sweep = async (): Promise<void> => {
    // Room that is not made now is made another time; what is committed answers meanwhile.
    if (mayRemove) await sweepStore(options.store, states()).catch(() => {});
  };
  await sweep();
  const inOrder = queue();

  const familyInstaller = async (family: FamilyName): Promise<FamilyInstaller> => {
    const known = families.get(family);
    if (known) return known;
    const opened = await openFamilyInstaller(family, context);
    families.set(family, opened);
    return opened;
  };
  const update: Installer['update'] = (family, signal) =>
    inOrder(async () => {
      const installer = await familyInstaller(family);
      const outcome = await updateFamily(family, installer, options, context, signal);
      if (outcome.result === 'committed' || outcome.result === 'rolled-back') {
        await sweep();
      }
      return outcome;
    });
  const finish: Installer['finish'] = async (signal) => {
    const outcomes: UpdateOutcome[] = [];
    for (const [family, { state }] of families) {
      const { action } = recover(state);
      if (action === 'none' || action === 'fetch' || signal?.aborted) continue;
      outcomes.push(await update(family, signal));
    }
    return outcomes;
  };
  return {
    installations: states,
    installed: () =>
      [...families.values()].flatMap(({ state, serving }) => {
        const { active: _, ...rest } = state;
        // What answers is what is installed, whatever the journal hoped for.
        return reportInstallation(serving ? { ...rest, active: serving } : rest);
      }),
    active: (family) => families.get(family)?.serving,
    update,
    finish,
    async poll(signal) {
      try {
        await options.trust.refresh();
      } catch (caught) {
        if (!toSelvedgeError(caught).code.startsWith('trust-')) await finish(signal);
        throw caught;
      }
      const outcomes: UpdateOutcome[] = [];
      for (const family of await options.trust.families())
        outcomes.push(await update(family, signal));
      return outcomes;
    },
    close: () =>
      inOrder(async () => {
        await Promise.all([...families.values()].map((installer) => installer.close()));
      }),
  };
}

function contextOf(options: InstallerOptions): InstallContext {
  const { dir, store, engine, sources, onEvent } = options;
  return {
    dir,
    store,
    load: options.load ?? ((model) => engine.load(model)),
    engineId: [engine.name, engine.version, engine.target].filter(Boolean).join(' '),
    clock: options.clock ?? (() => new Date()),
    idleMs: options.idleMs ?? defaultIdleMs,
    sources,
    emit: onEvent ?? (() => {}),
  };
}

async function knownFamilies(dir: string): Promise<FamilyName[]> {
  const folder = join(dir, 'families');
  await makeDirectory(folder);
  return (await readdir(folder)).map(familyOfSlug).sort();
}

/** Runs steps one after the other, whatever becomes of each. */
function queue(): <R>(step: () => Promise<R>) => Promise<R> {
  let last: Promise<unknown> = Promise.resolve();
  return (step) => {
    const done = last.then(step);
    last = done.catch(() => {});
    return done;
  };
}

async function updateFamily(
  family: FamilyName,
  installer: FamilyInstaller,
  options: InstallerOptions,
  context: InstallContext,
  signal: AbortSignal | undefined,
): Promise<UpdateOutcome> {
  let bytes = 0;
  let full = 0;
  const refusals: SelvedgeError[] = [];
  const outcome = (rest: Pick<UpdateOutcome, 'result' | 'reason' | 'error'>): UpdateOutcome => ({
    family,
    refusals,
    transferred: {
      bytes,
      full,
      saved: rest.result === 'committed' ? Math.max(0, full - bytes) : 0,
    },
    ...rest,
  });
  try {
    const choice = await chooseTarget(family, options);
    const { target, reason } = choice;
    if (!target) return outcome({ result: 'current', reason });
    const { version, variant } = target;
    if (installer.serving && sameTarget(installer.serving, target)) {
      context.emit({ family, step: 'current', text: reason, version, variant: variant.id });
      return outcome({ result: 'current', reason });
    }
    refuseAgain(installer, target, context);
    context.emit({ family, step: 'chosen', text: reason, version, variant: variant.id });
    full = variant.bytes + variant.manifest.size;
    const onBytes = (count: number) => {
      bytes += count;
    };
    await installer.install({
      target,
      signal,
      onBytes,
      onRefused: (error) => refusals.push(error),
    });
    return outcome({ result: 'committed', reason });
  } catch (caught) {
    const error = toSelvedgeError(caught);
    const rolledBack =
      installer.state.attempt?.state === 'rolled-back' && error.code !== 'no-variant';
    if (!rolledBack) context.emit({ family, step: 'postponed', text: error.message });
    return outcome({ result: rolledBack ? 'rolled-back' : 'postponed', error });
  }
}

/** What the channel points to, and the variant of it that this device should run. */
async function chooseTarget(
  family: FamilyName,
  { trust, tier, profile, channel = 'stable' }: InstallerOptions,
): Promise<{ target?: InstallTarget; reason: string }> {
  const pointer = await trust.channel(family, channel);
  if (!pointer) return { reason: `${family} has no channel ${channel}` };
  const release = await trust.release(family, pointer.version);
  if (!release) {
    return fail(
      'trust-unknown',
      `${family} ${pointer.version}: the channel ${channel} points to a release that is not signed`,
    );
  }
  if (!release.variants.some((variant) => variant.tier === tier)) {
    return { reason: `${family} ${release.version} has nothing for the ${tier} tier` };
  }
  const selection = selectVariant(release, tier, profile);
  const variant = release.variants.find(({ id }) => id === selection.chosen);
  if (!variant) {
    return fail('no-variant', `${family} ${release.version}: ${selection.reason}`, {
      details: { family, version: release.version, rejected: selection.rejected },
    });
  }
  return {
    target: { version: release.version, variant },
    reason: selection.reason,
  };
}

/** What failed here before is not fetched again: the same bytes would fail the same way. */
function refuseAgain(
  installer: FamilyInstaller,
  target: InstallTarget,
  { engineId }: InstallContext,
): void {
  const { digest } = target.variant.manifest;
  const refused = refusalOf(installer.state, digest, engineId);
  if (!refused) return;
  throw new SelvedgeError(refused.code, refused.message, {
    hint: 'it failed on this device before; publish another release',
    details: { digest, remembered: true },
  });
}
