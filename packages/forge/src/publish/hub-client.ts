import { type ErrorCode, errorTable, fail, SelvedgeError } from '@selvedge/core/errors';
import { parseDocument } from '@selvedge/core/schema';
import type { Carrier } from '@selvedge/core/trust';
import type { Static, TSchema } from 'typebox';

export interface HubOptions {
  /** `http://127.0.0.1:7400` */
  readonly hub: string;
  /** A bearer token; none under `--dev`. */
  readonly token?: string | undefined;
  readonly fetch?: typeof globalThis.fetch | undefined;
}

export interface HubRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Blob | string;
  /** Statuses that are an answer, besides 2xx. */
  readonly allow?: readonly number[];
  readonly timeoutMs?: number;
}

/** A hub as a publisher talks to it. */
export interface HubClient {
  readonly url: string;
  /**
   * One request; `path` may be absolute, as a `Location` is.
   * @throws SelvedgeError `network`, `timeout`, or what the hub says, by its own code
   */
  request(path: string, request?: HubRequest): Promise<Response>;
  /** Asks for a JSON document, or posts `body` as one. */
  json<T extends TSchema>(path: string, schema: T, body?: unknown): Promise<Static<T>>;
  /** The hub's `/trust/`, for a trust client. */
  readonly carrier: Carrier;
}

export function hubClient({ hub, token, fetch = globalThis.fetch }: HubOptions): HubClient {
  if (!URL.canParse(hub) || !/^https?:$/.test(new URL(hub).protocol)) {
    fail('usage', `--hub ${hub} is not an http or https URL`, {
      hint: 'write it like http://127.0.0.1:7400',
    });
  }
  const base = new URL(hub.endsWith('/') ? hub : `${hub}/`);
  const authorization = token ? { authorization: `Bearer ${token}` } : undefined;

  async function request(path: string, options: HubRequest = {}): Promise<Response> {
    const url = new URL(path, base);
    const { method = 'GET', headers, body, allow = [], timeoutMs = 300_000 } = options;
    // A Location may lead anywhere; the token goes to the hub only.
    const own = url.origin === base.origin ? authorization : undefined;
    const init = {
      method,
      headers: { ...own, ...headers },
      signal: AbortSignal.timeout(timeoutMs),
    };
    const answer = await fetch(url, body === undefined ? init : { ...init, body }).catch((caught) =>
      failUnreached(base, caught),
    );
    if (answer.ok || allow.includes(answer.status)) return answer;
    return failForAnswer(url, answer);
  }

  return {
    url: base.href,
    request,
    async json(path, schema, body) {
      const headers = body === undefined ? undefined : { 'content-type': 'application/json' };
      const sent = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
      const answer = await request(path, { ...sent, ...(headers ? { headers } : {}) });
      return parseDocument(schema, parseJson(new URL(path, base), await answer.text()), path);
    },
    async carrier(path, { maxBytes }) {
      const answer = await request(`trust/${path}`, { allow: [404], timeoutMs: 60_000 });
      if (answer.status === 404) return { kind: 'missing' };
      const bytes = await readLimited(answer, maxBytes);
      return bytes ? { kind: 'found', bytes } : { kind: 'too-large' };
    },
  };
}

async function readLimited(answer: Response, maxBytes: number): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let total = 0;
  for await (const chunk of answer.body ?? []) {
    total += chunk.length;
    if (total > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function parseJson(url: URL, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const what = /^\s*</.test(text) ? 'an HTML page' : 'something that is not JSON';
    return fail('bad-upstream', `${url.href} answered ${what}`, {
      hint: 'check the address; something else may be answering there',
      cause,
    });
  }
}

function failUnreached(base: URL, caught: unknown): never {
  const { name, cause } = caught as Error & { cause?: { code?: string } };
  const late = name === 'TimeoutError';
  return fail(
    late ? 'timeout' : 'network',
    `${base.origin} ${late ? 'did not answer in time' : 'cannot be reached'}${cause?.code ? ` (${cause.code})` : ''}`,
    {
      hint: 'check that the hub runs there; what was pushed is kept, publish again to go on',
      cause: caught,
    },
  );
}

async function failForAnswer(url: URL, answer: Response): Promise<never> {
  const text = (await answer.text().catch(() => '')).slice(0, 64 * 1024);
  const said = saidIn(text);
  const code =
    said?.code !== undefined && said.code in errorTable
      ? (said.code as ErrorCode)
      : codeOf(answer.status);
  const what = said?.message ?? (/^\s*</.test(text) ? 'an HTML page' : '');
  throw new SelvedgeError(
    code,
    `${url.origin} answered ${answer.status}${what ? `: ${what}` : ''}`,
    {
      ...(code === 'unauthenticated' || code === 'forbidden'
        ? { hint: 'put a token with the scopes publish and trust into SELVEDGE_TOKEN' }
        : {}),
      details: { url: url.href, status: answer.status },
    },
  );
}

function saidIn(text: string): { code?: string; message?: string } | undefined {
  try {
    const body = JSON.parse(text) as {
      error?: { code?: string; message?: string };
      errors?: { message?: string }[];
    };
    return (
      body.error ?? (body.errors?.[0]?.message ? { message: body.errors[0].message } : undefined)
    );
  } catch {
    return undefined;
  }
}

const codeOf = (status: number): ErrorCode =>
  Object.hasOwn(codes, status) ? codes[status]! : status < 500 ? 'bad-input' : 'bad-upstream';

const codes: Readonly<Record<number, ErrorCode>> = {
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not-found',
  409: 'conflict',
  429: 'unavailable',
  503: 'unavailable',
  507: 'disk-full',
};
