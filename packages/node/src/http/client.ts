import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { type ErrorCode, isSelvedgeError, SelvedgeError } from '@selvedge/core/errors';
import { traceHeaders } from '../telemetry/index.ts';
import { readAll } from './body.ts';

export interface HttpRequest {
  /** Default `GET`. */
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Bytes, text, or a stream of chunks (then give `content-length` where it is known). */
  readonly body?: Uint8Array | string | AsyncIterable<Uint8Array>;
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

function parseUrl(url: string | URL): URL {
  const parsed = URL.canParse(String(url)) ? new URL(url) : undefined;
  if (parsed && parsed.protocol in agents) return parsed;
  throw new SelvedgeError('usage', `${url} is not an http or https URL`, {
    hint: 'write it like http://127.0.0.1:7400',
  });
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

async function writeBody(
  outgoing: ReturnType<typeof httpRequest>,
  body: HttpRequest['body'],
): Promise<void> {
  if (body === undefined || typeof body === 'string' || body instanceof Uint8Array) {
    outgoing.end(body);
    return;
  }
  for await (const chunk of body) {
    if (outgoing.destroyed) return;
    if (!outgoing.write(chunk)) await drained(outgoing);
  }
  outgoing.end();
}

function drained(outgoing: ReturnType<typeof httpRequest>): Promise<void> {
  return new Promise((resolve) => {
    const go = () => {
      outgoing.off('drain', go).off('close', go);
      resolve();
    };
    outgoing.once('drain', go).once('close', go);
  });
}

function lengthOf(body: HttpRequest['body']): Record<string, string> {
  if (typeof body === 'string') return { 'content-length': String(Buffer.byteLength(body)) };
  return body instanceof Uint8Array ? { 'content-length': String(body.byteLength) } : {};
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

/** The body with its limits: bytes, stillness, cancellation, and an end that came too early. */
async function* guardBody(
  message: IncomingMessage,
  url: URL,
  request: HttpRequest,
): AsyncGenerator<Uint8Array> {
  const { maxBytes = Number.POSITIVE_INFINITY, idleTimeoutMs = 30_000, signal } = request;
  const onAbort = () => message.destroy(cancelled(url, signal!));
  let received = 0;
  let timer = setTimeout(stall, idleTimeoutMs);
  function stall(): void {
    message.destroy(new SelvedgeError('timeout', `${url} sent nothing for ${idleTimeoutMs} ms`));
  }
  if (signal?.aborted) onAbort();
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    for await (const chunk of message as AsyncIterable<Buffer>) {
      received += chunk.length;
      if (received > maxBytes) throw tooLarge(url, maxBytes, request.tooLarge);
      clearTimeout(timer);
      yield chunk;
      timer = setTimeout(stall, idleTimeoutMs);
    }
  } catch (caught) {
    throw isSelvedgeError(caught) ? caught : droppedAfter(url, received, caught);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
    message.destroy();
  }
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

function redirectTarget(message: IncomingMessage, from: URL, method: string): URL | undefined {
  const { statusCode = 0, headers } = message;
  if (method !== 'GET' && method !== 'HEAD') return undefined;
  if (![301, 302, 303, 307, 308].includes(statusCode) || !headers.location) return undefined;
  return URL.canParse(headers.location, from.href)
    ? parseUrl(new URL(headers.location, from))
    : undefined;
}

function withoutCredentials(headers: Readonly<Record<string, string>>): Record<string, string> {
  const secret = new Set(['authorization', 'cookie', 'proxy-authorization']);
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !secret.has(name.toLowerCase())),
  );
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

function unreachable(url: URL, caught: NodeJS.ErrnoException): SelvedgeError {
  if (isSelvedgeError(caught)) return caught;
  const reason = caught.code ?? (caught.message || 'unknown failure');
  return new SelvedgeError('network', `${url.origin} cannot be reached: ${reason}`, {
    hint: 'check that it runs and that the address is right',
    details: { url: url.href, reason },
    cause: caught,
  });
}

const noAnswer = (url: URL, timeoutMs: number): SelvedgeError =>
  new SelvedgeError('timeout', `${url} did not answer within ${timeoutMs} ms`, {
    hint: 'try again later',
  });

function cancelled(url: URL, signal: AbortSignal): SelvedgeError {
  if (isSelvedgeError(signal.reason)) return signal.reason;
  return new SelvedgeError('cancelled', `the request to ${url} was given up`, {
    cause: signal.reason,
  });
}

const droppedAfter = (url: URL, received: number, caught: unknown): SelvedgeError =>
  new SelvedgeError('network', `${url} dropped the connection after ${received} bytes`, {
    hint: 'try again',
    details: { url: url.href, received },
    cause: caught,
  });

const tooLarge = (url: URL, limit: number, code: ErrorCode = 'bad-upstream'): SelvedgeError =>
  new SelvedgeError(code, `${url} sent more than the ${limit} bytes allowed`, {
    details: { url: url.href, limit },
  });
