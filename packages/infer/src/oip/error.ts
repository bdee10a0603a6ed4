import { type ErrorCode, errorTable, SelvedgeError } from '@selvedge/core/errors';

/**
 * The protocol's error body, `{"error": <message>}`, with two members more that its readers
 * ignore: Selvedge's code and details, so that a refusal stays one across a hop.
 */
export function encodeOipError(error: SelvedgeError): Record<string, unknown> {
  const { code, message, details, hint } = error;
  const text = hint ? `${message}: ${hint}` : message;
  return { error: text, code, ...(Object.keys(details).length > 0 ? { details } : {}) };
}

/**
 * What a peer's error answer means here: its own code where it gave one, else by HTTP status.
 *
 * @param peer names it in the message.
 */
export function decodeOipError(status: number, json: unknown, peer: string): SelvedgeError {
  const { error, code, details } = (json ?? {}) as Record<string, unknown>;
  // Other servers, and Selvedge's own APIs, put an object there.
  const nested =
    typeof error === 'object' && error !== null ? (error as Record<string, unknown>) : {};
  const text = [error, nested.message].find((one) => typeof one === 'string') as string | undefined;
  const given = [code, nested.code].find(isErrorCode) as ErrorCode | undefined;
  return new SelvedgeError(
    given ?? codeOfStatus(status),
    `${peer}: ${text ?? `status ${status}`}`,
    {
      details: { ...((details ?? nested.details) as object | undefined), status },
    },
  );
}

const isErrorCode = (word: unknown): boolean =>
  typeof word === 'string' && Object.hasOwn(errorTable, word);

function codeOfStatus(status: number): ErrorCode {
  if (status === 400 || status === 422) return 'bad-input';
  if (status === 401) return 'unauthenticated';
  if (status === 403) return 'forbidden';
  if (status === 404) return 'not-found';
  if (status === 408 || status === 504) return 'timeout';
  if (status === 429 || status === 503) return 'unavailable';
  return status >= 500 ? 'engine-failed' : 'bad-upstream';
}
