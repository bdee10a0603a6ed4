import { join } from 'node:path';
import { buildConsole } from '@selvedge/console';
import { type Edge, startEdge } from '@selvedge/edge';
import type { BuildReport } from '@selvedge/forge';
import { initKeys } from '@selvedge/forge/keys';
import { publish } from '@selvedge/forge/publish';
import { type Hub, startHub } from '@selvedge/hub';
import { buildProgress } from '../build-progress.ts';
import type { Io } from '../io.ts';
import { type Device, startDevice } from './devices.ts';
import { type Layout, layoutOf, type Ports, portsFrom } from './layout.ts';
import { type Answered, ask, journeyRequests, sampleInput } from './requests.ts';
import { buildSample } from './sample-build.ts';

export interface JourneyOptions {
  readonly data: string;
  /** The hub's port; the others keep their distance to it. */
  readonly port: number;
  readonly devices: number;
  /** Seconds between the devices' polls; 0 when nothing is to go on after the journey. */
  readonly pollSeconds: number;
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
 */
export async function runJourney(options: JourneyOptions, io: Io): Promise<Journey> {
  const layout = layoutOf(options.data);
  const ports = portsFrom(options.port);
  const closers: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  const step = (name: string) => (text: string) => io.progress(`${name.padEnd(9)} ${text}`);
  try {
    const hub = await openHub(layout, ports, step('hub'));
    closers.push(() => hub.close());
    const report = await build(layout, io, step('build'));
    await release(layout, hub, step('publish'));
    const edge = await openEdge(layout, ports, hub, step('edge'));
    closers.push(() => edge.close());
    const devices: Device[] = [];
    for (let index = 0; index < options.devices; index++) {
      const device = await startDevice(
        index,
        { layout, ports, hub, edge, pollSeconds: options.pollSeconds },
        step(`device-${index + 1}`),
      );
      closers.push(() => device.close());
      devices.push(device);
    }
    for (const device of devices) await install(device, report, step(device.name));
    const answers = await makeRequests(layout, report, devices, step('request'));
    for (const device of devices) await device.agent.poll();
    return { hub, edge, devices, report, answers, close };
  } catch (caught) {
    await close();
    throw caught;
  }
}

type Say = (text: string) => void;

async function openHub(layout: Layout, ports: Ports, say: Say): Promise<Hub> {
  await buildConsole({ onProgress: say });
  const hub = await startHub({ dataDir: layout.hub, port: ports.hub, dev: true, logLevel: 'warn' });
  say(`listens on ${hub.url}, for development: this machine only, no credentials`);
  return hub;
}

async function build(layout: Layout, io: Io, say: Say): Promise<BuildReport> {
  const { report, made } = await buildSample(layout, buildProgress(io));
  const passed = report.variants.filter(({ status }) => status === 'pass').map(({ id }) => id);
  say(
    `${report.family} ${report.version} ${made ? 'built' : 'is built already'}: ${passed.join(', ')}`,
  );
  return report;
}

async function release(layout: Layout, hub: Hub, say: Say): Promise<void> {
  await initKeys(layout.keys);
  await publish({ buildDir: layout.build, hub: hub.url, keys: layout.keys, onProgress: say });
}

async function openEdge(layout: Layout, ports: Ports, hub: Hub, say: Say): Promise<Edge> {
  const edge = await startEdge({
    upstream: hub.url,
    dataDir: layout.edge,
    port: ports.edge,
    inferPort: ports.edgeInfer,
    region: 'local',
    trustRoot: join(layout.keys, 'root.json'),
    logLevel: 'warn',
    onEvent: ({ text }) => say(text),
  });
  say(`listens on ${edge.url} (cache) and ${edge.inferUrl} (inference), in front of ${hub.url}`);
  await edge.poll();
  return edge;
}

async function install(device: Device, report: BuildReport, say: Say): Promise<void> {
  const { refused, failed } = await device.agent.poll();
  const problem = refused[0] ?? failed[0];
  if (problem) throw problem;
  const committed = device.agent
    .state()
    .installed.find(({ family, state }) => family === report.family && state === 'committed');
  say(
    `${device.target} runs ${committed?.variant ?? 'nothing'} ${committed?.version ?? ''}`.trim(),
  );
}

async function makeRequests(
  layout: Layout,
  report: BuildReport,
  devices: readonly Device[],
  say: Say,
): Promise<Answered[]> {
  // The slowest chip: where it matters most which place answers.
  const device = devices.at(-1);
  if (!device) return [];
  const input = await sampleInput(layout, device.agent, report.family);
  const answers: Answered[] = [];
  for (const asked of journeyRequests) {
    const answered = await ask(device.agent, report.family, input, asked, device.withFailingEngine);
    answers.push(answered);
    say(sentenceOf(device, answered));
  }
  return answers;
}

function sentenceOf(device: Device, { asked, trace, answer, refusal }: Answered): string {
  const outcome = refusal ? `refused (${refusal})` : `“${answer}” from ${trace?.candidate}`;
  return `${asked.title}, on ${device.name}: ${outcome}. ${trace?.reason ?? ''}`.trim();
}
