import { join } from 'node:path';
import type { DeviceId } from '@selvedge/core/api';
import type { SelvedgeError } from '@selvedge/core/errors';
import type { FamilyName } from '@selvedge/core/schema';
import type { Tensors } from '@selvedge/infer/engine';
import { type Installer, openInstaller, pollLoop } from '@selvedge/node/install';
import { directoryStore, openDataDir } from '@selvedge/node/store';
import { openTrust, type Trust } from '@selvedge/node/trust';
import { type AgentState, agentState } from './agent-state.ts';
import { openDecisionSums } from './counts.ts';
import { type DecisionLog, openDecisionLog } from './decision-log.ts';
import { type DeviceEngine, openDeviceEngine } from './device-engine.ts';
import { openDeviceIdentity } from './device-key.ts';
import { familyBook } from './family-book.ts';
import type { AgentOptions } from './options.ts';
import { cloudPlace, edgePlace, type RemotePlace } from './remote-place.ts';
import { openReporter } from './reporter.ts';
import { openRounds, type RoundResult } from './rounds.ts';
import { type Inference, type InferRequest, openRouter } from './router.ts';

/** A device's agent, embedded in a program or behind the daemon's loopback port. */
export interface Agent {
  readonly device: DeviceId;
  /**
   * Answers at the best place that the family's policy allows, now, and says why there.
   *
   * @throws SelvedgeError `privacy` or `licence` when such a rule left no place that answers,
   * `no-route`, `timeout`, `bad-input` (names the tensor), `not-found` (no such family),
   * `cancelled`. `details.decision` is the id of the trace.
   *
   * @example
   * const { outputs, decision } = await agent.infer(
   *   'acme/digits',
   *   { image: makeTensor('float32', [1, 1, 28, 28], pixels) },
   *   { labels: ['personal'], deadlineMs: 100 },
   * );
   */
  infer(family: FamilyName, inputs: Tensors, request?: InferRequest): Promise<Inference>;
  /** How the device stands. No request to anybody. */
  state(): AgentState;
  /** The device's own decisions, newest first. They never leave it. */
  readonly decisions: Pick<DecisionLog, 'list' | 'get'>;
  /** Brings models and documents up to date, then tells the hub what changed. Never throws. */
  poll(): Promise<RoundResult>;
  /** Answers nothing more; an install under way resumes with the next open. */
  close(): Promise<void>;
}

/** The layout of an agent's data directory. */
const layout = 1;
const defaultPollSeconds = 60;

/** What is opened, in order, so that it closes in the opposite one. */
type Closers = (() => Promise<void> | void)[];

/**
 * Opens an agent: takes its directory, loads what is committed, and keeps itself up to date in
 * the background. It answers at once from what is committed, with or without a network.
 *
 * @throws SelvedgeError `data-in-use`, `not-found` (no such target), `trust-…` for a root file
 * that is none, `io-failed`, `disk-full`
 */
export async function openAgent(options: AgentOptions): Promise<Agent> {
  const closers: Closers = [];
  try {
    return await assemble(options, closers);
  } catch (caught) {
    await closeAll(closers);
    throw caught;
  }
}

async function assemble(options: AgentOptions, closers: Closers): Promise<Agent> {
  const { dataDir, channel = 'stable', clock = () => new Date(), token } = options;
  const hub = options.hub.replace(/\/$/, '');
  const emit = options.onEvent ?? (() => {});
  const dir = await openDataDir(dataDir, { kind: 'agent', layout });
  closers.push(() => dir.release());
  const identity = await openDeviceIdentity(dataDir);
  const device = openDeviceEngine(options);
  closers.push(device.close);
  const remotes = placesOf(options);
  closers.push(async () => void (await Promise.all(remotes.map((place) => place.close()))));
  const refused: SelvedgeError[] = [];
  const { trust, installer } = await openModels(options, device, {
    origins: () => originsOf(hub, options.edge, remotes),
    onRefused: (error) => refused.push(error),
  });
  closers.push(() => installer.close());
  const book = familyBook({ dataDir, installer, device, remotes });
  for (const { family } of installer.installations()) await book.recall(family);
  const log = await openDecisionLog(dataDir);
  closers.push(() => log.close());
  const counts = openDecisionSums({ hub, token, clock });
  const reporter = await openReporter({ hub, token, dataDir, identity, clock });
  const closing = new AbortController();
  const { profile } = device;
  const rounds = openRounds({
    ...{ trust, installer, book, channel, signal: closing.signal },
    takeRefused: () => refused.splice(0),
    ...{ remotes, profile, reporter, counts, clock, emit },
  });
  const infer = openRouter({
    family: book.get,
    live: options.live ?? (() => ({})),
    log,
    count(trace) {
      counts.add(trace);
      options.onDecision?.(trace);
    },
    clock,
  });
  const polling = pollLoop(
    options.pollSeconds ?? defaultPollSeconds,
    async () => (await rounds.run()).failed.length === 0,
  );

  const { id } = identity;
  return {
    device: id,
    infer,
    state: () =>
      agentState({ device: id, profile, hub, installer, book, remotes, lastPoll: rounds.last }),
    decisions: log,
    poll: rounds.run,
    async close() {
      const stopped = polling.stop();
      closing.abort();
      await stopped;
      await rounds.settled();
      // The last window, if the hub is there to take it; nobody waits for it longer.
      await counts.send(1_000).catch(() => {});
      await closeAll(closers);
    },
  };
}

/** The trusted documents, and the variants that they lead to. */
async function openModels(
  { hub, dataDir, trustRoot, channel, clock, onEvent }: AgentOptions,
  { engine, load, profile }: DeviceEngine,
  {
    origins,
    onRefused,
  }: { origins: () => readonly string[]; onRefused: (error: SelvedgeError) => void },
): Promise<{ trust: Trust; installer: Installer }> {
  const dir = join(dataDir, 'trust');
  const trust = await openTrust({
    ...{ dir, origins, trustRoot, clock, onRefused },
    firstUseFrom: hub,
  });
  const installer = await openInstaller({
    dir: dataDir,
    store: directoryStore(join(dataDir, 'blobs')),
    trust,
    engine,
    load,
    tier: 'device',
    profile,
    sources: origins,
    ...(channel && { channel }),
    ...(clock && { clock }),
    ...(onEvent && { onEvent: (event) => onEvent({ kind: 'install', ...event }) }),
  });
  return { trust, installer };
}

function placesOf({ edge, cloud }: AgentOptions): RemotePlace[] {
  return [...(edge ? [edgePlace(edge)] : []), ...(cloud ? [cloudPlace(cloud)] : [])];
}

/** Where documents and bytes come from: the edge first, unless it was found to be away. */
function originsOf(
  hub: string,
  edge: string | undefined,
  remotes: readonly RemotePlace[],
): string[] {
  if (edge === undefined) return [hub];
  const near = remotes.map((place) => place.facts()).find(({ tier }) => tier === 'edge');
  const origins = [edge.replace(/\/$/, ''), hub];
  return near?.unavailableReason === undefined ? origins : origins.reverse();
}

async function closeAll(closers: Closers): Promise<void> {
  for (const close of closers.reverse()) {
    // One that fails must not keep the others open.
    await (async () => close())().catch(() => {});
  }
}
