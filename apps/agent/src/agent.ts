import { join } from 'node:path';
import type { LiveState, Profile } from '@selvedge/core/device';
import { type SelvedgeError, toSelvedgeError } from '@selvedge/core/errors';
import { type DeviceId, type InstalledVariant, installationUnderWay } from '@selvedge/core/release';
import type { FamilyName, TensorSpec } from '@selvedge/core/schema';
import type { Tensors } from '@selvedge/infer/engine';
import { openInstaller } from '@selvedge/node/install';
import { directoryStore, openDataDir } from '@selvedge/node/store';
import { openTrust } from '@selvedge/node/trust';
import type { RemoteFacts } from './candidates.ts';
import { openDecisionSums } from './counts.ts';
import { type DecisionLog, openDecisionLog } from './decision-log.ts';
import { openDeviceEngine } from './device-engine.ts';
import { type DeviceIdentity, openDeviceIdentity } from './device-key.ts';
import { type FamilyBook, familyBook } from './family-book.ts';
import type { AgentEvent, AgentOptions } from './options.ts';
import { type PollResult, pollOnce } from './poll.ts';
import { pollLoop } from './poll-loop.ts';
import { cloudPlace, edgePlace, type RemotePlace } from './remote-place.ts';
import { openReporter } from './reporter.ts';
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
  poll(): Promise<PollResult>;
  /** Answers nothing more; an install under way resumes with the next open. */
  close(): Promise<void>;
}

/** What an agent knows of itself. */
export interface AgentState {
  readonly device: DeviceId;
  readonly profile: Profile;
  readonly hub: string;
  readonly installed: readonly InstalledVariant[];
  /** Installs that are not finished: what only the device itself is told. */
  readonly underWay: readonly InstalledVariant[];
  /** What answers on the device, with what it takes and gives. */
  readonly families: readonly {
    readonly family: FamilyName;
    readonly version: string | null;
    readonly variant: string | null;
    readonly inputs: readonly TensorSpec[];
    readonly outputs: readonly TensorSpec[];
  }[];
  /** Other places that may answer, as they were found. */
  readonly places: readonly RemoteFacts[];
  readonly lastPoll: {
    readonly at: string;
    readonly problems: readonly { readonly code: string; readonly message: string }[];
  } | null;
}

/** The layout of an agent's data directory. */
const layout = 1;
const defaultPollSeconds = 60;

/**
 * Opens an agent: takes its directory, loads what is committed, and keeps itself up to date in
 * the background. It answers at once from what is committed, with or without a network.
 *
 * @throws SelvedgeError `data-in-use`, `not-found` (no such target), `trust-…` for a root file
 * that is none, `io-failed`, `disk-full`
 */
export async function openAgent(options: AgentOptions): Promise<Agent> {
  const closers: (() => Promise<void> | void)[] = [];
  try {
    return await assemble(options, closers);
  } catch (caught) {
    await closeAll(closers);
    throw caught;
  }
}

async function assemble(
  options: AgentOptions,
  closers: (() => Promise<void> | void)[],
): Promise<Agent> {
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
  const origins = () => originsOf(hub, options.edge, remotes);
  const trust = await openTrust({
    dir: join(dataDir, 'trust'),
    origins,
    trustRoot: options.trustRoot,
    allowFirstUse: true,
    clock,
  });
  const installer = await openInstaller({
    dir: dataDir,
    store: directoryStore(join(dataDir, 'blobs')),
    trust,
    engine: device.engine,
    load: device.load,
    tier: 'device',
    profile: device.profile,
    sources: origins,
    channel,
    clock,
    onEvent: (event) => emit({ kind: 'install', ...event }),
  });
  closers.push(() => installer.close());
  const facts = { profile: device.profile, engine: device.engine };
  const book = familyBook({ dataDir, installer, device: facts, remotes });
  for (const { family } of installer.installations()) await book.recall(family);
  const log = await openDecisionLog(dataDir);
  closers.push(() => log.close());
  const counts = openDecisionSums({ hub, token, clock });
  const reporter = await openReporter({ hub, token, dataDir, identity, clock });
  const infer = openRouter({
    family: book.get,
    live: options.live ?? unknownLive,
    log,
    count(trace) {
      counts.add(trace);
      options.onDecision?.(trace);
    },
    clock,
  });

  const closing = new AbortController();
  let lastPoll: AgentState['lastPoll'] = null;
  const pollNow = async (): Promise<PollResult> => {
    await Promise.all(remotes.filter(needsProbe).map((place) => place.probe()));
    const result = await pollOnce({ trust, installer, book, channel, signal: closing.signal });
    const told = [...result.refused, ...result.failed];
    lastPoll = {
      at: clock().toISOString(),
      problems: told.map(({ code, message }) => ({ code, message })),
    };
    for (const error of told) emit(eventOf(error));
    const { problems } = result;
    const state = { profile: device.profile, installed: [...installer.installed()], problems };
    await tell(emit, 'report', async () => {
      if (await reporter.report(state))
        emit({ kind: 'report', text: 'the hub knows the new state' });
    });
    await tell(emit, 'report', () => counts.send());
    return result;
  };
  const poll = oneAtATime(pollNow);
  const seconds = options.pollSeconds ?? defaultPollSeconds;
  const loop =
    seconds > 0 ? pollLoop(seconds, async () => (await poll()).failed.length === 0) : undefined;

  return {
    device: identity.id,
    infer,
    state: () =>
      stateOf({ identity, profile: device.profile, hub, installer, book, remotes, lastPoll }),
    decisions: log,
    poll,
    async close() {
      loop?.stop();
      closing.abort();
      await poll.settled();
      await closeAll(closers);
    },
  };
}

const unknownLive = (): LiveState => ({});

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
  const near = remotes.find((place) => place.facts().tier === 'edge')?.facts();
  const origins = [edge.replace(/\/$/, ''), hub];
  return near?.unavailableReason !== undefined ? origins.reverse() : origins;
}

/** A place that answers requests is not asked again: the attempts themselves say how it is. */
const needsProbe = (place: RemotePlace): boolean => place.facts().unavailableReason !== undefined;

/** What fails towards the hub is tried again with the next poll, and stops nothing here. */
async function tell(
  emit: (event: AgentEvent) => void,
  kind: 'report',
  step: () => Promise<void>,
): Promise<void> {
  try {
    await step();
  } catch (caught) {
    emit({ kind, text: `not sent: ${toSelvedgeError(caught).message}` });
  }
}

function eventOf(error: SelvedgeError): AgentEvent {
  const { code, message: text } = error;
  return error.row.exit === 4 ? { kind: 'refused', code, text } : { kind: 'problem', text };
}

/** Callers that come while a poll is under way get its result. */
function oneAtATime<R>(step: () => Promise<R>): (() => Promise<R>) & { settled(): Promise<void> } {
  let running: Promise<R> | undefined;
  const call = () => {
    running ??= step().finally(() => {
      running = undefined;
    });
    return running;
  };
  return Object.assign(call, { settled: async () => void (await running?.catch(() => {})) });
}

async function closeAll(closers: (() => Promise<void> | void)[]): Promise<void> {
  for (const close of closers.reverse()) await Promise.resolve(close()).catch(() => {});
}

function stateOf(from: {
  identity: DeviceIdentity;
  profile: Profile;
  hub: string;
  installer: Awaited<ReturnType<typeof openInstaller>>;
  book: FamilyBook;
  remotes: readonly RemotePlace[];
  lastPoll: AgentState['lastPoll'];
}): AgentState {
  const { identity, profile, hub, installer, book, remotes, lastPoll } = from;
  return {
    device: identity.id,
    profile,
    hub,
    installed: installer.installed(),
    underWay: installer.installations().flatMap(installationUnderWay),
    families: book.names().map((family) => {
      const active = installer.active(family);
      return {
        family,
        version: active?.version ?? null,
        variant: active?.variant.id ?? null,
        inputs: active?.inputs ?? [],
        outputs: active?.outputs ?? [],
      };
    }),
    places: remotes.map((place) => place.facts()),
    lastPoll,
  };
}
