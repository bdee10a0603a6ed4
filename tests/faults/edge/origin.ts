import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Edge, type EdgeOptions, startEdge } from '@selvedge/edge';

/** What an origin was asked. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
}

/** A real HTTP server with a behaviour of its own, which a test may change on the way. */
export interface Origin {
  readonly url: string;
  readonly asked: Asked[];
  behave: (request: IncomingMessage, response: ServerResponse) => unknown;
  /** Answers nobody any more, as a machine that went away; `start` brings it back. */
  stop(): Promise<void>;
  start(): Promise<void>;
}

export interface Stage {
  readonly origin: Origin;
  readonly dir: string;
  edge: Edge;
  /** Closes the edge and opens it again over the same directory. */
  restart(options?: Partial<EdgeOptions>): Promise<void>;
  close(): Promise<void>;
}

/** An origin and an edge in front of it. */
export async function openStage(
  behave: Origin['behave'],
  options: Partial<EdgeOptions> = {},
): Promise<Stage> {
  const origin = await openOrigin(behave);
  const dir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'selvedge-edge-')));
  const start = (more: Partial<EdgeOptions> = {}) =>
    startEdge({ upstream: origin.url, dataDir: dir, ...freePorts, ...options, ...more });
  const stage: Stage = {
    origin,
    dir,
    edge: await start(),
    async restart(more) {
      await stage.edge.close();
      stage.edge = await start(more);
    },
    async close() {
      await stage.edge.close();
      await origin.stop();
      if (!options.dataDir) await rm(dir, { recursive: true });
    },
  };
  return stage;
}

export const freePorts = { port: 0, inferPort: 0, pollSeconds: 0, logLevel: 'silent' } as const;

export async function openOrigin(behave: Origin['behave']): Promise<Origin> {
  let port = 0;
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    asked.push({ method: request.method ?? '', path: request.url ?? '', headers: request.headers });
    origin.behave(request, response);
  });
  const start = async () => {
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    port = (server.address() as AddressInfo).port;
  };
  await start();
  const origin: Origin = {
    url: `http://127.0.0.1:${port}`,
    asked,
    behave,
    start,
    async stop() {
      if (!server.listening) return;
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
  return origin;
}

export interface Blob {
  readonly bytes: Buffer;
  readonly digest: string;
  readonly path: string;
}

export function makeBlob(size: number): Blob {
  const bytes = randomBytes(size);
  const digest = digestOf(bytes);
  return { bytes, digest, path: `/v2/acme/glyphs/blobs/${digest}` };
}

export const digestOf = (bytes: Uint8Array): string =>
  `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

/** An honest origin of one blob that knows Range. */
export function serveBlob({ bytes, path }: Blob): Origin['behave'] {
  return (request, response) => {
    if (request.url !== path) return response.writeHead(404).end();
    const from = Number(/^bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
    const to = Number(/-(\d+)$/.exec(request.headers.range ?? '')?.[1] ?? bytes.length - 1) + 1;
    const partial = request.headers.range !== undefined;
    response.writeHead(partial ? 206 : 200, {
      'content-length': to - from,
      ...(partial ? { 'content-range': `bytes ${from}-${to - 1}/${bytes.length}` } : {}),
    });
    return response.end(request.method === 'HEAD' ? undefined : bytes.subarray(from, to));
  };
}

/** An origin that knows no Range and sends `first`, then waits for `gate`, then the rest. */
export function serveInTwo(
  { bytes }: Blob,
  first: number,
  gate: Promise<unknown>,
): Origin['behave'] {
  return async (_request, response) => {
    response.writeHead(200, { 'content-length': bytes.length });
    response.write(bytes.subarray(0, first));
    await gate;
    response.end(bytes.subarray(first));
  };
}

/** What an edge counts under this name, with labels that contain `labels`. */
export async function metric(edge: Edge, name: string, labels = ''): Promise<number> {
  const text = await (await fetch(`${edge.url}/metrics`)).text();
  return text
    .split('\n')
    .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
    .filter((line) => line.includes(labels))
    .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}
