import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HttpResponse } from '@selvedge/node/http';
import { cacheStatus } from './cache-status.ts';
import { checkedOnTheWay } from './checked-stream.ts';
import type { Exchange, How } from './exchange.ts';
import { endToEnd, via } from './headers.ts';
import { sendBytes, sendStream } from './send.ts';

/**
 * Relays a GET or HEAD as it is, without keeping anything.
 * @param digest what the answer must be, where that is known and the whole is asked for
 */
export async function passThrough(exchange: Exchange, digest?: string): Promise<How> {
  const { request, response, upstream, target } = exchange;
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const answer = await upstream.request(target, {
    method: request.method ?? 'GET',
    headers: requestHeaders(request),
    maxRedirects: digest ? 5 : 0,
    timeoutMs: 60_000,
    signal: gone.signal,
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
  const own = new Set(['host', 'traceparent', 'tracestate', 'expect', 'content-length']);
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

/** Passes on an answer whose body is in memory. */
export function sendOther(response: ServerResponse, answer: HttpResponse, body: Uint8Array): void {
  const { 'content-length': _length, ...headers } = relayed(answer);
  sendBytes(response, answer.status, headers, body);
}
