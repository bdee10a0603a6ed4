/** A small OCI origin over real HTTP, which can be told to misbehave. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface BlobOrigin {
  readonly url: string;
  /** Every request, as `GET /v2/… [range]`. */
  readonly requests: string[];
  readonly blobs: Map<string, Uint8Array>;
  /** What it does to bodies longer than 1 KiB; cleared when undefined. */
  fault: Fault | undefined;
  close(): Promise<void>;
}

export type Fault =
  | { readonly kind: 'drop'; readonly afterBytes: number }
  | { readonly kind: 'html' }
  | { readonly kind: 'tamper' }
  | { readonly kind: 'endless' }
  | { readonly kind: 'ignore-range' }
  | { readonly kind: 'status'; readonly status: number }
  | { readonly kind: 'slow'; readonly bytesPerSecond: number };

export async function blobOrigin(
  blobs: Iterable<readonly [string, Uint8Array]> = [],
): Promise<BlobOrigin> {
  const origin = {
    requests: [] as string[],
    blobs: new Map(blobs),
    fault: undefined as Fault | undefined,
  };
  const server = createServer((request, response) => void answer(origin, request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return Object.assign(origin, {
    url: `http://127.0.0.1:${port}`,
    close: () => {
      server.closeAllConnections();
      return new Promise<void>((resolve) => server.close(() => resolve()));
    },
  });
}

async function answer(
  origin: Pick<BlobOrigin, 'requests' | 'blobs' | 'fault'>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const range = request.headers.range;
  origin.requests.push(`${request.method} ${request.url}${range ? ` ${range}` : ''}`);
  const { fault } = origin;
  if (fault?.kind === 'html') {
    return void response
      .writeHead(200, { 'content-type': 'text/html' })
      .end('<!doctype html><p>Sign in');
  }
  if (fault?.kind === 'status') return void response.writeHead(fault.status).end();
  const blob = origin.blobs.get(request.url?.split('/').at(-1) ?? '');
  if (!blob) return void response.writeHead(404).end();
  const start =
    fault?.kind === 'ignore-range' ? 0 : Number(/^bytes=(\d+)-/.exec(range ?? '')?.[1] ?? 0);
  const body = Buffer.from(blob.subarray(start));
  const headers: Record<string, string> = { 'content-type': 'application/octet-stream' };
  if (fault?.kind !== 'endless') headers['content-length'] = String(body.length);
  if (start > 0) headers['content-range'] = `bytes ${start}-${blob.length - 1}/${blob.length}`;
  response.writeHead(start > 0 ? 206 : 200, headers);
  if (body.length <= 1024) return void response.end(body);
  await misbehave(fault, body, response);
}

async function misbehave(
  fault: Fault | undefined,
  body: Buffer,
  response: ServerResponse,
): Promise<void> {
  switch (fault?.kind) {
    case 'drop':
      response.write(body.subarray(0, fault.afterBytes), () => response.destroy());
      return;
    case 'tamper':
      body[body.length >> 1]! ^= 1;
      response.end(body);
      return;
    case 'endless':
      while (!response.destroyed) {
        response.write(body);
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
      return;
    case 'slow': {
      const step = Math.max(1, Math.floor(fault.bytesPerSecond / 50));
      for (let at = 0; at < body.length && !response.destroyed; at += step) {
        response.write(body.subarray(at, at + step));
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      response.end();
      return;
    }
    default:
      response.end(body);
  }
}
