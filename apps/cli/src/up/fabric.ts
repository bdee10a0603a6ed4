import { join } from 'node:path';
import { buildConsole } from '@selvedge/console';
import { type Edge, startEdge } from '@selvedge/edge';
import { type Hub, startHub } from '@selvedge/hub';
import { type Device, nameOf, type Surroundings, startDevice } from './devices.ts';
import { agentLines, installLines } from './install-lines.ts';
import type { Layout, Ports } from './layout.ts';
import { inTurn, type Say } from './story.ts';

/** The hub with its console, which is built first where it is not. */
export async function openHub(layout: Layout, ports: Ports, say: Say): Promise<Hub> {
  await buildConsole({ onProgress: say });
  const hub = await startHub({ dataDir: layout.hub, port: ports.hub, dev: true, logLevel: 'warn' });
  say(`listens on ${hub.url}, for development: this machine only, no credentials`);
  return hub;
}

/** The edge, with its tier's model. */
export async function openEdge(layout: Layout, ports: Ports, hub: Hub, say: Say): Promise<Edge> {
  const edge = await startEdge({
    upstream: hub.url,
    dataDir: layout.edge,
    port: ports.edge,
    inferPort: ports.edgeInfer,
    region: 'local',
    trustRoot: join(layout.keys, 'root.json'),
    logLevel: 'warn',
    onEvent: installLines(say),
  });
  say(`listens on ${edge.url} (cache) and ${edge.inferUrl} (inference), in front of ${hub.url}`);
  await edge.poll();
  return edge;
}

/**
 * The devices, each with what it is to run installed. They work at the same time, since each waits
 * for a process of its own, and are heard one after the other. Before them, as soon as everything
 * listens, the console's address is said, unless all ends with the journey.
 *
 * @throws what the first of them could not do; those that run are among `closers` by then
 */
export async function openDevices(
  fabric: Surroundings,
  count: number,
  { story, closers }: { story: (actor: string) => Say; closers: (() => Promise<void>)[] },
): Promise<Device[]> {
  const names = Array.from({ length: count }, (_, index) => nameOf(index));
  const [console, ...turns] = inTurn(['console', ...names].map(story));
  const opened = turns.map(async ({ say }, index) => {
    const device = await startDevice(index, fabric, agentLines(say));
    closers.push(() => device.close());
    return device;
  });
  const devices = await allOf(opened);
  if (fabric.pollSeconds > 0) console?.say(`${fabric.hub.url}/, and ${count} devices listen`);
  console?.done();
  await allOf(devices.map((device, index) => install(device).finally(turns[index]?.done)));
  return devices;
}

async function install({ agent }: Device): Promise<void> {
  const { refused, failed } = await agent.poll();
  const problem = refused[0] ?? failed[0];
  if (problem) throw problem;
}

/** All of them, or the first failure, once none is under way any more. */
async function allOf<T>(promises: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(promises);
  return Promise.all(promises);
}
