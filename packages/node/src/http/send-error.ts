import type { ServerResponse } from 'node:http';
import { answerOfError } from './error-body.ts';

/**
 * Answers with an error in the shared form, where Fastify has no part in the request.
 * @param status another than the error's own
 */
export function sendError(
  response: ServerResponse,
  caught: unknown,
  headers: Readonly<Record<string, string>> = {},
  status?: number,
): void {
  const { status: own, body } = answerOfError(caught);
  const text = JSON.stringify(body);
  response.writeHead(status ?? own, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    ...headers,
  });
  response.end(response.req.method === 'HEAD' ? undefined : text);
}
