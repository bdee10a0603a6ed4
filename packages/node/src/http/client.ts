import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { type ErrorCode, SelvedgeError } from '@selvedge/core/errors';
import { traceHeaders } from '../telemetry/index.ts';
import { readAll } from './body.ts';
import { cancelled, noAnswer, unreachable } from './client-errors.ts';
import { guardBody } from './guarded-body.ts';
import { lengthOf, type RequestBody, writeBody } from './request-body.ts';
import { parseUrl, redirectTarget, withoutCredentials } from './request-target.ts';

export interface HttpRequest {
  /** Default `GET`. */
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Bytes, text, or a stream of chunks (then give `content-length` where it is known). */
  readonly body?: RequestBody;
  /** Milliseconds until the answer's headers are there; default 10 s. */
  readonly timeoutMs?: number;
  /** Milliseconds that the answer's body may stand still; default 30 s. */
  readonly idleTimeoutMs?: number;
  /** Bytes of the answer's body; more is an error. No limit by default. */
  readonly maxBytes?: number;
  /** The code of that error; default `bad-upstream`. */
  readonly tooLarge?: ErrorCode;
  /** `bytes` or `json`: refuses a 2xx answer that is an HTML page. */
  readonly expect?: 'bytes' | 'json';
  /** Redirects to follow, for GET and HEAD; default 5. */
  readonly maxRedirects?: number;
  readonly signal?: AbortSignal;
}

export interface HttpResponse {
  /** Where the answer came from, after redirects. */
  readonly url: string;
  readonly status: number;
  /** Whether the status is 2xx. */
  readonly ok: boolean;
  /** Lower-case names; several values joined by a comma. */
  readonly headers: Readonly<Record<string, string>>;
  /** As they came, in order: for passing them on. */
  readonly headerList: readonly (readonly [name: string, value: string])[];
  /** Streams the body once, with back-pressure. Throws `network` when it ends early. */
  readonly body: AsyncIterable<Uint8Array>;
  bytes(): Promise<Uint8Array>;
  text(): Promise<string>;
  /** Lets the body go unread and frees the connection. */
  discard(): void;
}

const agents = {
  'http:': new HttpAgent({ keepAlive: true, maxFreeSockets: 32 }),
  'https:': new HttpsAgent({ keepAlive: true, maxFreeSockets: 32 }),
};

/**
 * One HTTP request, with what the fabric asks of all: a deadline, a byte limit, the trace carried
 * along, bodies as they came (nothing is decompressed), redirects followed without credentials
 * to another origin. Any status is an answer; see `failForStatus` for those who want 2xx only.
 *
 * @throws SelvedgeError `network` (not reached, dropped), `timeout`, `cancelled`, `bad-upstream`
 * (an HTML page where something else was asked for, a body over the limit), `usage` (no URL)
 */
export async function httpFetch(
  url: string | URL,
  request: HttpRequest = {},
): Promise<HttpResponse> {
  let target = parseUrl(url);
  let headers = request.headers ?? {};
  for (let left = request.maxRedirects ?? 5; ; left--) {
    const message = await sendWithRetry(target, { ...request, headers });
    const next = redirectTarget(message, target, request.method ?? 'GET');
    if (!next || left <= 0) return checkExpected(response(message, target, request), request);
    message.resume();
    if (next.origin !== target.origin) headers = withoutCredentials(headers);
    target = next;
  }
}

/** A kept connection may close under a request that was just written; that one is sent again. */
async function sendWithRetry(url: URL, request: HttpRequest): Promise<IncomingMessage> {
  try {
    return await send(url, request);
  } catch (caught) {
    if (!(caught instanceof StaleConnection)) throw caught;
    return await send(url, request, false);
  }
}

class StaleConnection extends Error {}

function send(url: URL, request: HttpRequest, mayBeStale = true): Promise<IncomingMessage> {
  const { method = 'GET', timeoutMs = 10_000, signal, body } = request;
  const repeatable = mayBeStale && (method === 'GET' || method === 'HEAD');
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(cancelled(url, signal));
    const outgoing = (url.protocol === 'https:' ? httpsRequest : httpRequest)(url, {
      method,
      agent: agents[url.protocol as keyof typeof agents],
      headers: {
        'accept-encoding': 'identity',
        ...traceHeaders(),
        ...lengthOf(body),
        ...request.headers,
      },
    });
    const timer = setTimeout(() => outgoing.destroy(noAnswer(url, timeoutMs)), timeoutMs);
    const onAbort = () => outgoing.destroy(cancelled(url, signal!));
    signal?.addEventListener('abort', onAbort, { once: true });
    const settled = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    };
    outgoing.once('response', (message) => {
      settled();
      resolve(message);
    });
    // Stays: a connection may fail again after the answer, and unheard errors end the process.
    outgoing.on('error', (caught: NodeJS.ErrnoException) => {
      settled();
      const stale = repeatable && outgoing.reusedSocket && caught.code === 'ECONNRESET';
      reject(stale ? new StaleConnection() : unreachable(url, caught));
    });
    writeBody(outgoing, body).catch((caught) => outgoing.destroy(caught as Error));
  });
}

function response(message: IncomingMessage, url: URL, request: HttpRequest): HttpResponse {
  const status = message.statusCode ?? 0;
  const bodyless = request.method === 'HEAD' || status === 204 || status === 304;
  if (bodyless) message.resume();
  // A connection may drop before anybody reads; the reader then finds the error, not the process.
  message.on('error', () => {});
  const body = guardBody(message, url, request);
  return {
    url: url.href,
    status,
    ok: status >= 200 && status < 300,
    headers: joinHeaders(message),
    headerList: pairs(message.rawHeaders),
    body,
    bytes: () => readAll(body),
    text: async () => new TextDecoder().decode(await readAll(body)),
    discard: () => discard(message, bodyless),
  };
}

/** A short rest is read so that the connection can be kept; a long one is not worth it. */
function discard(message: IncomingMessage, bodyless: boolean): void {
  const length = Number(message.headers['content-length'] ?? Number.NaN);
  if (bodyless || length <= 64 * 1024) message.resume();
  else message.destroy();
}

function joinHeaders(message: IncomingMessage): Record<string, string> {
  const joined: Record<string, string> = {};
  for (const [name, value] of Object.entries(message.headers)) {
    if (value !== undefined) joined[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return joined;
}

function pairs(raw: readonly string[]): [string, string][] {
  const list: [string, string][] = [];
  for (let i = 0; i + 1 < raw.length; i += 2) list.push([raw[i]!, raw[i + 1]!]);
  return list;
}

function checkExpected(answer: HttpResponse, request: HttpRequest): HttpResponse {
  const type = answer.headers['content-type'] ?? '';
  if (!request.expect || !answer.ok || !/^\s*(text\/html|application\/xhtml)/i.test(type))
    return answer;
  answer.discard();
  throw new SelvedgeError(
    'bad-upstream',
    `${answer.url} answered an HTML page where ${request.expect} were expected`,
    {
      hint: 'check the address; a proxy or a sign-in page may be answering in its place',
      details: { url: answer.url, status: answer.status, contentType: type },
    },
  );
}
