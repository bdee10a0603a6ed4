import type { ClientRequest } from 'node:http';

/** What a request carries: bytes, text, or a stream of chunks. */
export type RequestBody = Uint8Array | string | AsyncIterable<Uint8Array> | undefined;

/** Writes a body and ends the request, with back-pressure. */
export async function writeBody(outgoing: ClientRequest, body: RequestBody): Promise<void> {
  if (body === undefined || typeof body === 'string' || body instanceof Uint8Array) {
    outgoing.end(body);
    return;
  }
  for await (const chunk of body) {
    if (outgoing.destroyed) return;
    if (!outgoing.write(chunk)) await drained(outgoing);
  }
  outgoing.end();
}

function drained(outgoing: ClientRequest): Promise<void> {
  return new Promise((resolve) => {
    const go = () => {
      outgoing.off('drain', go).off('close', go);
      resolve();
    };
    outgoing.once('drain', go).once('close', go);
  });
}

/** The `content-length` of a body whose length is known. */
export function lengthOf(body: RequestBody): Record<string, string> {
  if (typeof body === 'string') return { 'content-length': String(Buffer.byteLength(body)) };
  return body instanceof Uint8Array ? { 'content-length': String(body.byteLength) } : {};
}
