import type { IncomingMessage } from 'node:http';
import { type ErrorCode, isSelvedgeError, SelvedgeError } from '@selvedge/core/errors';
import { cancelled, droppedAfter, tooLarge } from './client-errors.ts';

export interface BodyLimits {
  readonly maxBytes?: number;
  /** The code of the error when there are more. */
  readonly tooLarge?: ErrorCode;
  readonly idleTimeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** The body with its limits: bytes, stillness, cancellation, and an end that came too early. */
export async function* guardBody(
  message: IncomingMessage,
  url: URL,
  limits: BodyLimits,
): AsyncGenerator<Uint8Array> {
  const { maxBytes = Number.POSITIVE_INFINITY, idleTimeoutMs = 30_000, signal } = limits;
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
      if (received > maxBytes) throw tooLarge(url, maxBytes, limits.tooLarge);
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
