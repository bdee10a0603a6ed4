import { arch, availableParallelism, platform, totalmem } from 'node:os';
import { join } from 'node:path';
import type { EdgeStatus } from '@selvedge/core/api';
import { hostProfile } from '@selvedge/core/device';
import { type SelvedgeError, toSelvedgeError } from '@selvedge/core/errors';
import { familyOfSlug } from '@selvedge/core/release';
import { createOrtEngine } from '@selvedge/engines/ort-node';
import type { Engine } from '@selvedge/infer/engine';
import {
  type ActiveVariant,
  type InstallerEvent,
  openInstaller,
  pollLoop,
  type UpdateOutcome,
} from '@selvedge/node/install';
import { directoryStore } from '@selvedge/node/store';
import type { Logger, Telemetry } from '@selvedge/node/telemetry';
import { openTrust } from '@selvedge/node/trust';

export interface EdgeModelsOptions {
  readonly dataDir: string;
  /** Where documents and blobs come from: this edge's own cache. */
  readonly source: string;
  readonly trustRoot?: string;
  /** The upstream: the first root may be taken on its word, where it is a hub on this machine. */
  readonly firstUseFrom: string;
  readonly telemetry: Telemetry;
  readonly engine?: Engine;
  readonly clock: () => Date;
  /** Seconds between polls, spread by a fifth; 0: only when told. */
  readonly pollSeconds: number;
  readonly onEvent?: (event: InstallerEvent) => void;
}

/** The edge tier's models: kept current, verified, and answering. */
export interface EdgeModels {
  /** The variant that answers under an OIP model name (`owner.family`). */
  find(model: string): ActiveVariant | undefined;
  families(): EdgeStatus['families'];
  /** Why nothing answers yet, or undefined when something does. */
  notReady(): string | undefined;
  /** Looks for something new now. Throws what the refresh throws. */
  poll(): Promise<readonly UpdateOutcome[]>;
  close(): Promise<void>;
}

/** Opens what was installed before, then keeps polling in the background. */
export async function openEdgeModels(options: EdgeModelsOptions): Promise<EdgeModels> {
  const { telemetry, dataDir, source } = options;
  const engine = options.engine ?? createOrtEngine();
  const trust = await openTrust({
    dir: join(dataDir, 'trust'),
    origins: [source],
    trustRoot: options.trustRoot,
    firstUseFrom: options.firstUseFrom,
    clock: options.clock,
  });
  const installer = await openInstaller({
    dir: dataDir,
    store: directoryStore(join(dataDir, 'models')),
    trust,
    engine,
    tier: 'edge',
    profile: thisHost(engine),
    sources: () => [source],
    clock: options.clock,
    onEvent: (event) => {
      if (event.step !== 'current') telemetry.log.info(event, event.text);
      options.onEvent?.(event);
    },
  });
  let problem: SelvedgeError | undefined;
  const poll = async (signal?: AbortSignal): Promise<readonly UpdateOutcome[]> => {
    try {
      const outcomes = await telemetry.span('poll', () => installer.poll(signal));
      problem = outcomes.find(({ error }) => error)?.error;
      return outcomes;
    } catch (caught) {
      problem = toSelvedgeError(caught);
      throw problem;
    }
  };
  const polling = pollLoop(options.pollSeconds, logged(poll, telemetry.log));
  const families = (): EdgeStatus['families'] =>
    installer
      .installed()
      .filter(({ state }) => state === 'committed')
      .map(({ family, version, variant }) => ({ family, version, variant }));

  return {
    find: (model) => installer.active(familyOfSlug(model)),
    families,
    notReady: () =>
      families().length > 0 ? undefined : (problem?.message ?? 'no model is installed yet'),
    poll: () => poll(),
    async close() {
      await polling.stop();
      await installer.close();
      await engine.close();
    },
  };
}

/** Failures are logged once until they change: an upstream may be away for days. */
function logged(
  poll: (signal: AbortSignal) => Promise<unknown>,
  log: Logger,
): (signal: AbortSignal) => Promise<boolean> {
  let said = '';
  return async (signal) => {
    try {
      await poll(signal);
      said = '';
      return true;
    } catch (caught) {
      const { code, message } = toSelvedgeError(caught);
      if (message !== said && !signal.aborted) log.warn({ code }, message);
      said = message;
      // A hub that has nothing yet answered all the same: that is no reason to ask it less often.
      return code === 'unavailable';
    }
  };
}

/** This machine as a profile: estimated, since nothing has been measured on it. */
function thisHost({ name, version }: Engine) {
  return hostProfile({
    os: platform(),
    arch: arch(),
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    engines: [{ name, version }],
  });
}
