/** What goes wrong between here and a peer, in words that name the peer. */
import { type ErrorCode, isSelvedgeError, SelvedgeError } from '@selvedge/core/errors';

export function unreachable(url: URL, caught: NodeJS.ErrnoException): SelvedgeError {
  if (isSelvedgeError(caught)) return caught;
  const reason = caught.code ?? (caught.message || 'unknown failure');
  return new SelvedgeError('network', `${url.origin} cannot be reached: ${reason}`, {
    hint: 'check that it runs and that the address is right',
    details: { url: url.href, reason },
    cause: caught,
  });
}

export const noAnswer = (url: URL, timeoutMs: number): SelvedgeError =>
  new SelvedgeError('timeout', `${url} did not answer within ${timeoutMs} ms`, {
    hint: 'try again later',
  });

export function cancelled(url: URL, signal: AbortSignal): SelvedgeError {
  if (isSelvedgeError(signal.reason)) return signal.reason;
  return new SelvedgeError('cancelled', `the request to ${url} was given up`, {
    cause: signal.reason,
  });
}

export const droppedAfter = (url: URL, received: number, caught: unknown): SelvedgeError =>
  new SelvedgeError('network', `${url} dropped the connection after ${received} bytes`, {
    hint: 'try again',
    details: { url: url.href, received },
    cause: caught,
  });

export const tooLarge = (
  url: URL,
  limit: number,
  code: ErrorCode = 'bad-upstream',
): SelvedgeError =>
  new SelvedgeError(code, `${url} sent more than the ${limit} bytes allowed`, {
    details: { url: url.href, limit },
  });
