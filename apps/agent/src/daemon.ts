import { createServer, loopbackGuard, type Server } from '@selvedge/node/http';
import { type LogLevel, openTelemetry, type Telemetry } from '@selvedge/node/telemetry';
import { type Agent, openAgent } from './agent.ts';
import type { DecisionTrace } from './decision-log.ts';
import type { AgentOptions } from './options.ts';
import { addLocalApi } from './serve/local-api.ts';
import { addOipRoutes } from './serve/oip-routes.ts';
import { addPage } from './serve/page-route.ts';
import { version } from './version.ts';

export interface DaemonOptions extends AgentOptions {
  /** Loopback port; default 7420, 0 takes a free one. */
  readonly port?: number;
  /** Default `info`, on stderr. */
  readonly logLevel?: LogLevel;
  /** Finished spans are appended to this file. */
  readonly traceFile?: string;
}

/** An agent that other programs on this device talk to. */
export interface RunningAgent {
  readonly agent: Agent;
  /** `http://127.0.0.1:7420`: OIP, the device's decisions, and a page for a person. */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Starts the device's daemon: an agent behind a loopback port.
 *
 * @throws SelvedgeError what `openAgent` throws; `port-in-use`
 */
export async function startAgent(options: DaemonOptions): Promise<RunningAgent> {
  const telemetry = openTelemetry({
    service: 'agent',
    version,
    ...(options.logLevel && { logLevel: options.logLevel }),
    ...(options.traceFile && { traceFile: options.traceFile }),
  });
  let agent: Agent | undefined;
  let server: Server | undefined;
  const close = async (): Promise<void> => {
    await server?.close();
    await agent?.close();
    await telemetry.close();
  };
  try {
    agent = await openAgent({ ...options, onDecision: meteredDecisions(options, telemetry) });
    server = localServer(agent, options.port ?? 7420, telemetry);
    const url = await server.listen();
    telemetry.log.info({ url, device: agent.device }, 'agent started');
    return { agent, url, close };
  } catch (caught) {
    await close();
    throw caught;
  }
}

function localServer(agent: Agent, port: number, telemetry: Telemetry): Server {
  const server = createServer({
    telemetry,
    host: '127.0.0.1',
    port,
    maxBodyBytes: 64 * 1024 * 1024,
    guard: loopbackGuard({ reads: 'own' }),
    checks: { model: () => modelReady(agent) },
  });
  addOipRoutes(server.app, agent, version);
  addLocalApi(server.app, agent);
  addPage(server.app, agent);
  return server;
}

function meteredDecisions(options: DaemonOptions, { meter }: Telemetry) {
  const decisions = meter.createCounter('agent_decisions', {
    description: 'Decisions by the tier that answered and the rule that decided',
  });
  return (trace: DecisionTrace): void => {
    const { family, rule } = trace;
    decisions.add(1, { family, tier: trace.tier ?? 'none', rule });
    options.onDecision?.(trace);
  };
}

/** Why the device itself has nothing to answer with, yet. */
function modelReady(agent: Agent): string | undefined {
  const answering = agent.state().families.some(({ version: installed }) => installed !== null);
  return answering ? undefined : 'no variant is installed';
}
