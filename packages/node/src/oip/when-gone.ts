import type { FastifyReply } from 'fastify';

/** Aborted when the caller's connection closes before the answer is out. */
export function whenGone(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  reply.raw.once('close', () => gone.abort());
  return gone.signal;
}
