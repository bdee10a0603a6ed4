import { join } from 'node:path';
import { type AgentEvent, type RunningAgent, startAgent } from '@selvedge/agent';
import type { Edge } from '@selvedge/edge';
import { createOrtEngine, type OrtEngine } from '@selvedge/engines/ort-node';
import type { Hub } from '@selvedge/hub';
import { type Layout, type Ports, targetOf } from './layout.ts';

/** An emulated device of the fabric: its agent, and the engine that this process gave it. */
export interface Device extends RunningAgent {
  readonly name: string;
  readonly target: string;
  /**
   * Runs something while the engine's process is killed as soon as it comes up: a device whose
   * engine fails, for real.
   */
  withFailingEngine<T>(during: () => Promise<T>): Promise<T>;
}

/** What the devices find: where their data goes, the hub, and the edge in front of it. */
export interface Surroundings {
  readonly layout: Layout;
  readonly ports: Ports;
  readonly hub: Hub;
  readonly edge: Edge;
  /** Seconds between polls; 0 when only the journey polls. */
  readonly pollSeconds: number;
}

/** Starts the device with this index. */
export async function startDevice(
  index: number,
  fabric: Surroundings,
  onEvent: (event: AgentEvent) => void,
): Promise<Device> {
  const { layout, ports, hub, edge, pollSeconds } = fabric;
  const engine = createOrtEngine({ threads: 1 });
  const target = targetOf(index);
  const running = await startAgent({
    hub: hub.url,
    edge: edge.url,
    dataDir: layout.device(index),
    trustRoot: join(layout.keys, 'root.json'),
    emulate: target,
    engine,
    port: ports.device(index),
    pollSeconds,
    logLevel: 'silent',
    onEvent,
  });
  return {
    ...running,
    name: nameOf(index),
    target,
    withFailingEngine: (during) => killRepeatedly(engine, during),
    async close() {
      await running.close();
      await engine.close();
    },
  };
}

export const nameOf = (index: number): string => `device-${index + 1}`;

async function killRepeatedly<T>(engine: OrtEngine, during: () => Promise<T>): Promise<T> {
  const kill = (): void => {
    if (engine.pid === undefined) return;
    try {
      process.kill(engine.pid, 'SIGKILL');
    } catch {
      // It ended between the look and the kill.
    }
  };
  kill();
  const timer = setInterval(kill, 2);
  try {
    return await during();
  } finally {
    clearInterval(timer);
  }
}
