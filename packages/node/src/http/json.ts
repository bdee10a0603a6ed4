import { type ErrorCode, errorTable, fail, SelvedgeError } from '@selvedge/core/errors';
import { parseDocument } from '@selvedge/core/schema';
import type { Static, TSchema } from 'typebox';
import { type HttpRequest, type HttpResponse, httpFetch } from './client.ts';

export interface JsonRequest extends Omit<HttpRequest, 'expect' | 'body'> {
  /** Sent as JSON. */
  readonly json?: unknown;
}

/**
 * Asks for a JSON document and checks it against `schema`. Default limit 16 MiB.
 *
 * @throws SelvedgeError as {@link httpFetch} and {@link failForStatus} do; `bad-upstream` when the
 * answer is no JSON; `bad-document` when it does not fit the schema. Each names the URL.
 */
export async function fetchJson<T extends TSchema>(
  url: string | URL,
  schema: T,
  request: JsonRequest = {},
): Promise<Static<T>> {
  return parseDocument(schema, await requestJson(url, request), String(url));
}

/** The same without a schema: sends and reads JSON; undefined for an empty answer. */
export async function requestJson(url: string | URL, request: JsonRequest = {}): Promise<unknown> {
  const { json, ...rest } = request;
  const answer = await httpFetch(url, {
    maxBytes: 16 * 1024 * 1024,
    ...rest,
    headers: {
      accept: 'application/json',
      ...(json === undefined ? {} : { 'content-type': 'application/json' }),
      ...rest.headers,
    },
    ...(json === undefined ? {} : { body: JSON.stringify(json) }),
    expect: 'json',
  });
  if (!answer.ok) await failForStatus(answer);
  const text = await answer.text();
  return text === '' ? undefined : parseJson(text, answer.url);
}

function parseJson(text: string, url: string): unknown {
  try {
    return JSON.parse(text);
  } catch (caught) {
    throw new SelvedgeError(
      'bad-upstream',
      `${url} answered something that is not JSON: ${excerpt(text)}`,
      {
        hint: 'check the address',
        details: { url },
        cause: caught,
      },
    );
  }
}

/**
 * Turns an answer other than 2xx into the error it means: the peer's own code where its body
 * carries one (ours or OCI's), else what the status says.
 */
export async function failForStatus(answer: HttpResponse): Promise<never> {
  const text = await readSome(answer);
  const said = errorOfBody(text);
  const code =
    said?.code && said.code in errorTable ? (said.code as ErrorCode) : codeOfStatus(answer.status);
  const html = /^\s*<(!doctype|html)/i.test(text);
  const what = said?.message ?? (html ? 'an HTML page' : excerpt(text));
  return fail(
    code === 'internal' ? 'bad-upstream' : code,
    `${answer.url} answered ${answer.status}${what ? `: ${what}` : ''}`,
    {
      ...(said?.hint
        ? { hint: said.hint }
        : html
          ? { hint: 'check the address; something else may be answering there' }
          : {}),
      details: { ...said?.details, url: answer.url, status: answer.status },
    },
  );
}

async function readSome(answer: HttpResponse): Promise<string> {
  let text = '';
  const decoder = new TextDecoder();
  try {
    for await (const chunk of answer.body) {
      text += decoder.decode(chunk, { stream: true });
      if (text.length > 64 * 1024) break;
    }
  } catch {
    // The status alone says enough; a body that breaks off changes nothing.
  }
  return text;
}

interface SaidError {
  code?: string;
  message?: string;
  hint?: string;
  details?: Record<string, unknown>;
}

/** `{error: {code, message}}` of Selvedge, `{errors: [{code, message}]}` of OCI, `{error: text}` of OIP. */
function errorOfBody(text: string): SaidError | undefined {
  try {
    const body = JSON.parse(text) as { error?: SaidError | string; errors?: SaidError[] };
    if (typeof body.error === 'string') return { message: body.error };
    return body.error ?? body.errors?.[0];
  } catch {
    return undefined;
  }
}

function codeOfStatus(status: number): ErrorCode {
  const known: Record<number, ErrorCode> = {
    401: 'unauthenticated',
    403: 'forbidden',
    404: 'not-found',
    409: 'conflict',
    429: 'unavailable',
    503: 'unavailable',
    504: 'timeout',
    507: 'disk-full',
  };
  return known[status] ?? (status >= 400 && status < 500 ? 'bad-input' : 'bad-upstream');
}

const excerpt = (text: string): string => {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > 120 ? `${line.slice(0, 117)}…` : line;
};
