import { SelvedgeError } from '@selvedge/core/errors';
import { encodeOipError } from '@selvedge/infer/oip';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { answerOfError } from '../http/index.ts';

export interface OipScopeOptions {
  /**
   * Types of bodies that are read. `json` alone, and the binary extension's: no page of another
   * site can send those without being asked for leave (fetch.spec.whatwg.org, "CORS-safelisted
   * request-header"). `any`: also what a client sends that names no type, or a wrong one.
   */
  readonly bodies: 'json' | 'any';
}

/**
 * Makes a scope of a server one of the Open Inference Protocol: bodies arrive as bytes, since JSON
 * with the binary extension is no JSON, and errors have the protocol's form, with `retry-after`
 * where the error says when.
 */
export function oipScope(scope: FastifyInstance, { bodies }: OipScopeOptions): void {
  const types = bodies === 'any' ? '*' : ['application/json', 'application/octet-stream'];
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser(types, { parseAs: 'buffer' }, (_request, body, done) =>
    done(null, body),
  );
  scope.setErrorHandler(sendOipError);
}

function sendOipError(
  caught: unknown,
  _request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const { status, error } = answerOfError(caught);
  const { retryAfterMs } = error.details;
  if (typeof retryAfterMs === 'number') {
    reply
      .header('retry-after', String(Math.ceil(retryAfterMs / 1000)))
      .header('retry-after-ms', String(retryAfterMs));
  }
  // A fault of ours keeps its message to the log.
  const shown =
    error.code === 'internal' ? new SelvedgeError('internal', error.row.meaning) : error;
  return reply.code(status).send(encodeOipError(shown));
}
