import { type ErrorCode, fail, SelvedgeError } from '@selvedge/core/errors';
import { decodeOipError, inferenceHeaderLength, splitBody } from '@selvedge/infer/oip';

/** What the remote engine needs of HTTP; the platform's `fetch` is one. */
export type Fetch = (url: string, init?: RequestInit) => Promise<Response>;

export interface HttpPorts {
  readonly fetch: Fetch;
  /** Added to every request: `traceparent`, a token. Asked each time. */
  readonly headers: () => Readonly<Record<string, string>>;
  /** Longest answer that is read. */
  readonly maxBytes: number;
}

export interface HttpRequest {
  readonly url: string;
  readonly method?: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: readonly Uint8Array[];
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs: number;
}

/** An answer's JSON, and the bytes behind it under the binary extension. */
export interface HttpAnswer {
  readonly json: unknown;
  readonly tail: Uint8Array;
}

/**
 * One exchange with an OIP server.
 *
 * @throws SelvedgeError `network`, `timeout`, `cancelled`, `bad-upstream` (HTML or anything that is
 * not the protocol's JSON), and what the server's own error says.
 */
export async function exchange(ports: HttpPorts, request: HttpRequest): Promise<HttpAnswer> {
  const { url, method = 'GET', body, signal, timeoutMs } = request;
  // It takes whole milliseconds only, and no more than fit a timer.
  const timer = AbortSignal.timeout(Math.ceil(Math.max(0, Math.min(timeoutMs, 2 ** 31 - 1))));
  const either = signal ? AbortSignal.any([signal, timer]) : timer;
  try {
    const response = await ports.fetch(url, {
      method,
      headers: { accept: 'application/json', ...ports.headers(), ...request.headers },
      signal: either,
      redirect: 'error',
      ...(body ? { body: joined(body) } : {}),
    });
    return read(response, await readAll(response, ports.maxBytes, url), url);
  } catch (caught) {
    if (signal?.aborted) throw new SelvedgeError('cancelled', 'the run was cancelled');
    if (timer.aborted)
      throw new SelvedgeError('timeout', `${url}: no answer within ${Math.round(timeoutMs)} ms`);
    if (caught instanceof SelvedgeError) throw caught;
    const { message, cause } = caught as Error & { cause?: { code?: string; message?: string } };
    const why = cause?.code ?? cause?.message ?? message;
    return fail('network', `${url}: ${why}`, { hint: 'check that the server runs', cause: caught });
  }
}

function joined(chunks: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0));
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.byteLength;
  }
  return whole;
}

async function readAll(response: Response, maxBytes: number, url: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) return refuse(response, url, `more than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return joined(chunks);
}

function read(response: Response, bytes: Uint8Array, url: string): HttpAnswer {
  const type = response.headers.get('content-type') ?? '';
  if (/html/i.test(type)) return refuse(response, url, 'an HTML page');
  const length = response.headers.get(inferenceHeaderLength) ?? undefined;
  const code: ErrorCode = 'bad-upstream';
  if (response.ok) return splitBody(bytes, length, code);
  try {
    throw decodeOipError(response.status, splitBody(bytes, length, code).json, url);
  } catch (caught) {
    if ((caught as SelvedgeError).code !== code) throw caught;
    throw decodeOipError(response.status, undefined, url);
  }
}

function refuse(response: Response, url: string, what: string): never {
  return fail('bad-upstream', `${url}: answered ${response.status} with ${what}`, {
    hint: 'check that the address is that of an inference server, without a proxy in between',
  });
}
