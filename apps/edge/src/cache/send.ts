import type { ServerResponse } from 'node:http';
import { sendError } from '@selvedge/node/http';
import { via } from './headers.ts';

export type Headers = Readonly<Record<string, string | number>>;

/** Sends a whole body that is in memory. */
export function sendBytes(
  response: ServerResponse,
  status: number,
  headers: Headers,
  body: Uint8Array,
): void {
  response.writeHead(status, { via, ...headers, 'content-length': body.byteLength });
  response.end(response.req.method === 'HEAD' ? undefined : body);
}

/**
 * Sends a body as it comes, with back-pressure. When the source fails, the connection is cut, so
 * that the client cannot take a part for the whole. Resolves with the bytes sent.
 */
export async function sendStream(
  response: ServerResponse,
  status: number,
  headers: Headers,
  body: AsyncIterable<Uint8Array>,
): Promise<number> {
  response.writeHead(status, { via, ...headers });
  response.flushHeaders();
  let sent = 0;
  try {
    for await (const chunk of body) {
      if (response.destroyed) return sent;
      sent += chunk.length;
      if (!response.write(chunk)) await drained(response);
    }
    response.end();
  } catch (caught) {
    response.destroy();
    throw caught;
  }
  return sent;
}

/** Sends an answer that has no body. */
export function sendHead(response: ServerResponse, status: number, headers: Headers): void {
  response.writeHead(status, { via, ...headers }).end();
}

/** Sends an error in the shared form, or cuts the connection where an answer has begun. */
export function sendFailure(response: ServerResponse, caught: unknown): void {
  if (response.headersSent) response.destroy();
  else sendError(response, caught, { via });
}

function drained(response: ServerResponse): Promise<void> {
  if (response.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    const go = () => {
      response.off('drain', go).off('close', go);
      resolve();
    };
    response.once('drain', go).once('close', go);
  });
}
