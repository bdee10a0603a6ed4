import type { FastifyRequest } from 'fastify';

/** A client that is refused in the middle of its body may send this much longer. */
const lingerMs = 5_000;

/**
 * A request's body as a stream of chunks, which a reader may leave in the middle: then the rest is
 * let go unread, so that a client that is still sending gets its answer instead of a reset
 * connection (RFC 9112 §9.6).
 */
export async function* bodyOf({ raw }: FastifyRequest): AsyncGenerator<Uint8Array> {
  try {
    yield* raw.iterator({ destroyOnReturn: false });
  } finally {
    if (!raw.complete && !raw.destroyed) {
      raw.resume();
      const cut = setTimeout(() => raw.destroy(), lingerMs);
      raw.once('close', () => clearTimeout(cut));
    }
  }
}
