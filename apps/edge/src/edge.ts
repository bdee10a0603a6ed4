import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { EdgeStatus } from '@selvedge/core/api';
import { fail } from '@selvedge/core/errors';
import {
  createServer,
  isLoopbackName,
  loopbackGuard,
  type Server,
  type ServerOptions,
} from '@selvedge/node/http';
import { directoryStore, openDataDir } from '@selvedge/node/store';
import { openTelemetry, type Telemetry } from '@selvedge/node/telemetry';
import { openBlobCache } from './cache/blob-cache.ts';
import { openDocumentCache } from './cache/document-cache.ts';
import { openDocumentFiles } from './cache/document-files.ts';
import type { CacheHandlerOptions } from './cache/exchange.ts';
import { cacheHandler } from './cache/handler.ts';
import { openUpstream, type Upstream } from './cache/upstream.ts';
import { createAdmission } from './infer/admission.ts';
import { type EdgeModels, openEdgeModels } from './infer/models.ts';
import { addOipRoutes } from './infer/oip-routes.ts';
import type { Edge, EdgeOptions } from './options.ts';

/**
 * Starts an edge: a pull-through cache of blobs and trust documents in front of `upstream`, and
 * the edge tier's models behind the Open Inference Protocol.
 *
 * @throws SelvedgeError `usage` (no URL), `data-in-use`, `port-in-use`, `io-failed`, `disk-full`,
 * `trust-…` when the given root is none
 * @example
 * const edge = await startEdge({ upstream: 'http://127.0.0.1:7400', dataDir: 'edge-data' });
 * console.log(edge.url, edge.inferUrl);
 */
export async function startEdge(options: EdgeOptions): Promise<Edge> {
  const telemetry = openTelemetry({
    service: 'edge',
    version,
    ...(options.region ? { instance: options.region } : {}),
    ...(options.logLevel ? { logLevel: options.logLevel } : {}),
    ...(options.traceFile ? { traceFile: options.traceFile } : {}),
  });
  // What was opened, in order; a start that fails half way closes it again.
  const opened: (() => unknown)[] = [() => telemetry.close()];
  const close = async (): Promise<void> => {
    for (const step of opened.splice(0).reverse()) await step();
  };
  try {
    return { ...(await open(options, telemetry, opened)), close };
  } catch (caught) {
    await close();
    throw caught;
  }
}

async function open(
  options: EdgeOptions,
  telemetry: Telemetry,
  opened: (() => unknown)[],
): Promise<Omit<Edge, 'close'>> {
  const upstream = openUpstream(options.upstream, telemetry);
  const data = await openDataDir(options.dataDir, { kind: 'edge', layout: 1 });
  opened.push(() => data.release());
  const blobs = await openBlobCache({
    store: directoryStore(join(options.dataDir, 'blobs')),
    upstream,
    telemetry,
    maxBytes: options.maxBytes ?? Number.POSITIVE_INFINITY,
  });
  opened.push(() => blobs.close());
  const service: { models?: EdgeModels; inferUrl: string } = { inferUrl: '' };

  const clock = () => (options.clock?.() ?? new Date()).getTime();
  const files = await openDocumentFiles(join(options.dataDir, 'documents'));
  const { freshMs = 1000 } = options;
  const documents = openDocumentCache({ upstream, telemetry, files, clock, freshMs });
  const cache = cacheServer(
    options,
    { telemetry, upstream, blobs, documents, clock },
    () => files.count,
  );
  cache.app.get('/api/v1/edge', async (): Promise<EdgeStatus> => {
    const { models, inferUrl } = service;
    if (!models || !inferUrl) return fail('unavailable', 'the edge is starting');
    return { region: options.region ?? null, inferUrl, families: models.families() };
  });
  opened.push(() => cache.close());
  const url = await cache.listen();

  const models = await openEdgeModels({
    dataDir: options.dataDir,
    source: reachable(url),
    firstUseFrom: upstream.origin,
    telemetry,
    clock: options.clock ?? (() => new Date()),
    pollSeconds: options.pollSeconds ?? 10,
    ...(options.trustRoot ? { trustRoot: options.trustRoot } : {}),
    ...(options.engine ? { engine: options.engine } : {}),
    ...(options.onEvent ? { onEvent: options.onEvent } : {}),
  });
  opened.push(() => models.close());
  service.models = models;

  const inference = inferServer(options, telemetry, models);
  opened.push(() => inference.close());
  service.inferUrl = await inference.listen();
  telemetry.log.info(
    { url, inferUrl: service.inferUrl, upstream: upstream.origin },
    'edge started',
  );
  const poll: Edge['poll'] = async () => {
    // Who asks for a poll has reason to: what counted as current a moment ago is asked for anew.
    await documents.open({ ...timestamp, anew: true }).catch(() => {});
    return models.poll();
  };
  return { url, inferUrl: service.inferUrl, poll };
}

const timestamp = { target: '/trust/timestamp.json', route: { kind: 'timestamp' } } as const;

function cacheServer(
  options: EdgeOptions,
  parts: CacheHandlerOptions,
  documentCount: () => number,
): Server {
  const { telemetry, upstream, blobs } = parts;
  const answer = cacheHandler(parts);
  return createServer({
    telemetry,
    port: options.port ?? 7410,
    ...address(options),
    checks: { upstream: () => upstreamReady(upstream, documentCount() > 0 || blobs.count > 0) },
    fastPath: (request, response) =>
      ownPaths.has(request.url?.split('?')[0] ?? '') ? undefined : answer(request, response),
  });
}

/** What the edge answers itself; everything else is the origin's. */
const ownPaths: ReadonlySet<string> = new Set(['/healthz', '/readyz', '/metrics', '/api/v1/edge']);

/** Ready once the origin has answered anything, or when there is something to answer with. */
async function upstreamReady(upstream: Upstream, warm: boolean): Promise<string | undefined> {
  if (warm || upstream.seen()) return undefined;
  const answer = await upstream.request('/', { method: 'HEAD', timeoutMs: 2_000 });
  answer.discard();
  return undefined;
}

function inferServer(options: EdgeOptions, telemetry: Telemetry, models: EdgeModels): Server {
  const server = createServer({
    telemetry,
    port: options.inferPort ?? 7411,
    maxBodyBytes: 64 * 1024 * 1024,
    ...address(options),
    checks: { models: () => models.notReady() },
  });
  const admission = createAdmission({
    running: options.running ?? 2,
    waiting: options.waiting ?? 64,
  });
  addOipRoutes(server.app, { models, admission, telemetry, version });
  return server;
}

/** An address that means every interface is not one to connect to. */
function reachable(url: string): string {
  const own = new URL(url);
  if (own.hostname === '0.0.0.0') own.hostname = '127.0.0.1';
  if (own.hostname === '[::]') own.hostname = '[::1]';
  return own.origin;
}

/**
 * Where both servers listen. On loopback they answer to this machine's programs only: an upstream
 * on loopback may be a hub under `--dev`, whose own guard sees no more than the edge's requests.
 */
function address({ host = '127.0.0.1' }: EdgeOptions): Pick<ServerOptions, 'host' | 'guard'> {
  return isLoopbackName(host) ? { host, guard: loopbackGuard({ reads: 'public' }) } : { host };
}

const { version } = createRequire(import.meta.url)('../package.json') as { version: string };
