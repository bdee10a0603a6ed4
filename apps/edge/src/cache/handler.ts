import type { IncomingMessage, ServerResponse } from 'node:http';
import { toSelvedgeError } from '@selvedge/core/errors';
import type { HttpResponse } from '@selvedge/node/http';
import type { Telemetry } from '@selvedge/node/telemetry';
import { type BlobAnswer, type BlobCache, checkedOnTheWay } from './blob-cache.ts';
import { type ByteRange, byteRange } from './byte-range.ts';
import { type CacheRoute, cacheRoute, routeName } from './cache-route.ts';
import type { DocumentAnswer, DocumentCache } from './document-cache.ts';
import { asksAnew, endToEnd, noneMatch, rangeApplies, via } from './headers.ts';
import { sendBytes, sendError, sendStream } from './send.ts';
import type { Upstream } from './upstream.ts';

export interface CacheHandlerOptions {
  readonly blobs: BlobCache;
  readonly documents: DocumentCache;
  readonly upstream: Upstream;
  readonly telemetry: Telemetry;
  readonly clock: () => number;
}

/**
 * A Range that begins this far beyond what has arrived is taken from the origin directly, while
 * the whole goes on filling: waiting for gigabytes to pass by would be slower.
 */
const reachBytes = 8 * 1024 * 1024;

/** Answers a request from the cache, or from the origin through it; returns the route's name. */
export function cacheHandler(
  options: CacheHandlerOptions,
): (request: IncomingMessage, response: ServerResponse) => string {
  const { meter, log } = options.telemetry;
  const requests = meter.createCounter('edge_cache_requests_total', {
    description: 'Requests by kind of path and by how they were answered',
  });
  return (request, response) => {
    const route = routeOf(request);
    const exchange = { ...options, request, response, target: request.url ?? '/' };
    handle(route, exchange).then(
      (how) => requests.add(1, { kind: route.kind, how }),
      (caught) => {
        const error = toSelvedgeError(caught);
        const gone = error.code === 'cancelled';
        requests.add(1, { kind: route.kind, how: gone ? 'given-up' : 'error' });
        log[gone ? 'debug' : 'warn']({ target: exchange.target, code: error.code }, error.message);
        sendError(response, error);
      },
    );
    return routeName[route.kind];
  };
}

type Exchange = CacheHandlerOptions & {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly target: string;
};

/** How a request was answered, for the metrics: `hit`, `miss`, `collapsed`, `stale`, `pass`, … */
type How = string;

/** Only a GET or HEAD without credentials concerns the cache (RFC 9111 §3.5). */
function routeOf({ method, url, headers }: IncomingMessage): CacheRoute {
  const plain = (method === 'GET' || method === 'HEAD') && headers.authorization === undefined;
  return plain ? cacheRoute(url ?? '/') : { kind: 'pass' };
}

function handle(route: CacheRoute, exchange: Exchange): Promise<How> {
  if (route.kind === 'pass') return pass(exchange);
  return route.kind === 'blob' ? blob(route.digest, exchange) : document(route, exchange);
}

async function blob(digest: string, exchange: Exchange): Promise<How> {
  const { request, response, blobs, target } = exchange;
  const etag = `"${digest}"`;
  const fixed = {
    etag,
    'docker-content-digest': digest,
    'content-type': 'application/octet-stream',
    'accept-ranges': 'bytes',
    'cache-control': 'public, max-age=31536000, immutable',
  };
  if (noneMatch(request.headers['if-none-match'], etag) && (await blobs.peek(digest))) {
    response.writeHead(304, fixed).end();
    return 'not-modified';
  }
  if (request.method === 'HEAD') return blobHead(digest, fixed, exchange);
  const answer = await blobs.open(digest, target);
  if (answer.kind === 'refused') {
    sendOther(response, answer.answer, answer.body);
    return 'refused';
  }
  const ifRange = request.headers['if-range'] as string | undefined;
  const asked = rangeApplies(ifRange, etag) ? request.headers.range : undefined;
  if (answer.kind === 'unstorable') return pass(exchange, asked ? undefined : digest);
  return sendBlob(answer, asked, fixed, exchange);
}

async function blobHead(
  digest: string,
  fixed: Record<string, string>,
  exchange: Exchange,
): Promise<How> {
  const known = await exchange.blobs.peek(digest);
  if (known?.size === undefined) return pass(exchange);
  sendHead(exchange.response, 200, { ...fixed, 'content-length': known.size });
  return 'hit';
}

async function sendBlob(
  answer: Extract<BlobAnswer, { kind: 'blob' }>,
  asked: string | undefined,
  fixed: Record<string, string>,
  exchange: Exchange,
): Promise<How> {
  const { response } = exchange;
  const { size, how } = answer;
  const headers = { ...fixed, 'cache-status': cacheStatus(how) };
  if (size === undefined) {
    if (asked) return pass(exchange);
    await sendStream(response, 200, headers, answer.read(0));
    return how;
  }
  const range = byteRange(asked, size);
  if (range === 'unsatisfiable') {
    sendBytes(response, 416, { ...headers, 'content-range': `bytes */${size}` }, new Uint8Array(0));
    return 'unsatisfiable';
  }
  if (range && range.start > answer.arrived + reachBytes) return pass(exchange);
  const { start, end }: ByteRange = range ?? { start: 0, end: size };
  await sendStream(
    response,
    range ? 206 : 200,
    {
      ...headers,
      'content-length': end - start,
      ...(range ? { 'content-range': `bytes ${start}-${end - 1}/${size}` } : {}),
    },
    answer.read(start, end),
  );
  return how;
}

async function document(route: CacheRoute, exchange: Exchange): Promise<How> {
  const { request, response, documents, target, clock } = exchange;
  const { accept } = request.headers;
  const answer = await documents.open({
    target,
    route,
    anew: asksAnew(request.headers),
    ...(accept ? { accept } : {}),
  });
  if (answer.kind === 'other') {
    sendOther(response, answer.answer, answer.body);
    return 'other';
  }
  const { headers, body } = answer.document;
  const all = { ...headers, ...documentHeaders(route, answer, clock()) };
  if (noneMatch(request.headers['if-none-match'], headers.etag)) {
    sendHead(response, 304, all);
    return answer.how;
  }
  sendBytes(response, 200, all, body);
  return answer.how;
}

function documentHeaders(
  route: CacheRoute,
  { document, how, collapsed }: Extract<DocumentAnswer, { kind: 'document' }>,
  now: number,
): Record<string, string> {
  const lasting = route.kind === 'addressed' || route.kind === 'versioned';
  return {
    age: String(Math.max(0, Math.floor((now - document.validatedAt) / 1000))),
    'cache-control': lasting ? 'public, max-age=31536000, immutable' : 'no-cache',
    'cache-status': cacheStatus(collapsed && how === 'miss' ? 'collapsed' : how),
    ...(how === 'stale' ? { warning: '111 selvedge-edge "Revalidation Failed"' } : {}),
  };
}

/**
 * Relays a request as it is, without keeping anything.
 * @param digest what the answer must be, where that is known and the whole is asked for
 */
async function pass(exchange: Exchange, digest?: string): Promise<How> {
  const { request, response, upstream, target } = exchange;
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const bodyless = request.method === 'GET' || request.method === 'HEAD';
  const answer = await upstream.request(target, {
    method: request.method ?? 'GET',
    headers: requestHeaders(request),
    maxRedirects: digest ? 5 : 0,
    timeoutMs: 60_000,
    signal: gone.signal,
    ...(bodyless ? {} : { body: request }),
  });
  const headers = relayed(answer);
  if (digest && answer.status === 200) {
    await sendStream(response, 200, headers, checkedOnTheWay(answer.body, digest));
  } else {
    await sendStream(response, answer.status, headers, answer.body);
  }
  return 'pass';
}

function requestHeaders(request: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  const own = new Set(['host', 'traceparent', 'tracestate', 'expect']);
  const kept = endToEnd(Object.entries(headers)).filter(([name]) => !own.has(name));
  return { ...Object.fromEntries(kept), via: headers.via ? `${headers.via}, ${via}` : via };
}

/** The origin's headers as they came; a header that occurs twice stays two. */
function relayed(answer: HttpResponse): Record<string, string> {
  const headers: Record<string, string | string[]> = { 'cache-status': cacheStatus('pass') };
  for (const [name, value] of endToEnd(answer.headerList)) {
    const key = name.toLowerCase();
    const before = headers[key];
    headers[key] = before === undefined || key === 'cache-status' ? value : [before, value].flat();
  }
  if (headers.via !== undefined) headers.via = [headers.via, via].flat().join(', ');
  return headers as Record<string, string>;
}

function sendOther(response: ServerResponse, answer: HttpResponse, body: Uint8Array): void {
  const { 'content-length': _length, ...headers } = relayed(answer);
  sendBytes(response, answer.status, headers, body);
}

function sendHead(
  response: ServerResponse,
  status: number,
  headers: Record<string, string | number>,
): void {
  response.writeHead(status, headers).end();
}

/** RFC 9211. */
function cacheStatus(how: string): string {
  const parameters: Record<string, string> = {
    hit: 'hit',
    miss: 'fwd=uri-miss; stored',
    collapsed: 'fwd=uri-miss; collapsed',
    revalidated: 'fwd=stale; fwd-status=304',
    stale: 'hit; detail=stale',
    pass: 'fwd=bypass',
  };
  return `selvedge-edge; ${parameters[how] ?? 'fwd=miss'}`;
}
