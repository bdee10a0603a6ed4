import { join } from 'node:path';
import { fail } from '@selvedge/core/errors';
import { formatBytes } from '@selvedge/core/units';
import type { Edge } from '@selvedge/edge';
import type { BuildReport } from '@selvedge/forge';
import { initKeys } from '@selvedge/forge/keys';
import type { Hub } from '@selvedge/hub';
import type { Io } from '../io.ts';
import { buildLines } from './build-lines.ts';
import type { Device } from './devices.ts';
import { openDevices, openEdge, openHub } from './fabric.ts';
import { type Layout, layoutOf, portsFrom } from './layout.ts';
import { publishSample } from './publish-sample.ts';
import { requestLine } from './request-line.ts';
import { type Answered, ask, journeyRequests, sampleInput } from './requests.ts';
import { buildSample } from './sample-build.ts';
import { openStory, type Say } from './story.ts';

export interface JourneyOptions {
  readonly data: string;
  /** The hub's port; the others keep their distance to it. */
  readonly port: number;
  readonly devices: number;
  /** Seconds between the devices' polls; 0 when nothing is to go on after the journey. */
  readonly pollSeconds: number;
  /** Ends the journey; everything that runs by then is closed. */
  readonly signal: AbortSignal;
}

/** The running fabric and what its first journey showed. */
export interface Journey {
  readonly hub: Hub;
  readonly edge: Edge;
  readonly devices: readonly Device[];
  readonly report: BuildReport;
  readonly answers: readonly Answered[];
  close(): Promise<void>;
}

/**
 * The life of one model, end to end, on one machine: built, published, carried by an edge,
 * installed by emulated devices, asked. Everything is the real program; only the chips are
 * emulated. What an earlier run left is continued.
 *
 * @throws SelvedgeError `port-in-use`, `data-in-use`, `cancelled`; nothing is left running then
 */
export async function runJourney(options: JourneyOptions, io: Io): Promise<Journey> {
  const closers: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    return { ...(await travel(options, io, closers)), close };
  } catch (caught) {
    await close();
    if (!options.signal.aborted) throw caught;
    return fail('cancelled', 'stopped before the journey was over', {
      hint: 'the same command goes on where it stopped',
    });
  }
}

async function travel(
  { data, port, devices: count, pollSeconds, signal }: JourneyOptions,
  io: Io,
  closers: (() => Promise<void>)[],
): Promise<Omit<Journey, 'close'>> {
  const layout = layoutOf(data);
  const ports = portsFrom(port);
  const story = openStory(io);
  const hub = await openHub(layout, ports, story('hub'));
  closers.push(() => hub.close());
  const built = await build(layout, io, story('build'), signal);
  const version = await release(layout, hub, built, story('publish'));
  const report = { ...built, version };
  signal.throwIfAborted();
  const edge = await openEdge(layout, ports, hub, story('edge'));
  closers.push(() => edge.close());
  signal.throwIfAborted();
  const fabric = { layout, ports, hub, edge, pollSeconds };
  const devices = await openDevices(fabric, count, { story, closers });
  const answers = await makeRequests(layout, report, devices, (answered) =>
    story('request')(`${devices.at(-1)?.name}, ${requestLine(answered, io)}`),
  );
  // Tells the hub what was decided, in sums, without waiting for the next poll.
  for (const device of devices) await device.agent.poll();
  return { hub, edge, devices, report, answers };
}

async function build(layout: Layout, io: Io, say: Say, signal: AbortSignal): Promise<BuildReport> {
  const { report, made } = await buildSample(layout, buildLines(io, say), signal);
  const passed = report.variants.filter(({ status }) => status === 'pass').length;
  say(
    `${report.family}: ${passed} of ${report.variants.length} variants hold their bar${made ? '' : ', built before'}`,
  );
  return report;
}

/** Publishes what was built; resolves with the version that devices are to run then. */
async function release(layout: Layout, hub: Hub, report: BuildReport, say: Say): Promise<string> {
  await initKeys(layout.keys);
  const { family, version, channel, channelVersion, changed, variants, withheld, pushed, roles } =
    await publishSample(
      { buildDir: layout.build, hub: hub.url, keys: layout.keys },
      report.version,
    );
  for (const { id, status, reason } of withheld) say(`${id} stays here: ${status}, ${reason}`);
  if (!changed) {
    say(
      `${family} ${version} is published already; channel ${channel} points to ${channelVersion}`,
    );
    return channelVersion;
  }
  if (roles.root === 1) say(`root of trust made: ${join(layout.keys, 'root.json')}`);
  say(
    `${variants.length} variants, ${formatBytes(pushed.bytes)} with golden documents and manifests, pushed as an OCI index; ${version} signed with the family's key, channel ${channel} points to ${channelVersion}`,
  );
  return channelVersion;
}

async function makeRequests(
  layout: Layout,
  { family }: BuildReport,
  devices: readonly Device[],
  tell: (answered: Answered) => void,
): Promise<Answered[]> {
  // The slowest chip: where it matters most which place answers.
  const device = devices.at(-1);
  if (!device) return [];
  const input = await sampleInput(layout, device.agent, family);
  const answers: Answered[] = [];
  for (const asked of journeyRequests) {
    const answered = await ask(device.agent, family, input, asked, device.withFailingEngine);
    answers.push(answered);
    tell(answered);
  }
  return answers;
}
