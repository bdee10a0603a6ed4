/** An HTTP proxy in front of a hub or an edge: records what passes, and can change or slow it. */
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface RecordedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

export interface TamperProxy {
  readonly url: string;
  readonly requests: RecordedRequest[];
  /** Changes an answer's body, or gives what the origin does not have; undefined leaves it. */
  rewrite: ((path: string, body: Buffer) => Buffer | undefined) | undefined;
  /** Bytes a second of bodies longer than 4 KiB. */
  bytesPerSecond: number | undefined;
  /** Answers every request in place of the origin. */
  instead: ((response: ServerResponse) => void) | undefined;
  /** Resolves when the next request comes. */
  nextRequest(): Promise<void>;
  close(): Promise<void>;
}

type Passing = Omit<TamperProxy, 'url' | 'close' | 'nextRequest'>;

export async function tamperProxy(origin: string): Promise<TamperProxy> {
  let arrived = (): void => {};
  const proxy: Passing = {
    requests: [],
    rewrite: undefined,
    bytesPerSecond: undefined,
    instead: undefined,
  };
  const server = createServer((incoming, outgoing) => {
    arrived();
    pass(proxy, origin, incoming, outgoing).catch(() => outgoing.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(proxy, {
    nextRequest: () =>
      new Promise<void>((resolve) => {
        arrived = resolve;
      }),
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.closeAllConnections();
      return new Promise<void>((resolve) => server.close(() => resolve()));
    },
  });
}

async function pass(
  proxy: Passing,
  origin: string,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const path = incoming.url ?? '/';
  const method = incoming.method ?? 'GET';
  const body = await collect(incoming);
  proxy.requests.push({ method, path, headers: incoming.headers, body });
  if (proxy.instead) return proxy.instead(outgoing);
  const answer = await forward(`${origin}${path}`, method, incoming.headers, body);
  const bytes = await collect(answer);
  const rewritten = proxy.rewrite?.(path, bytes);
  const changed = rewritten ?? bytes;
  const status = rewritten && answer.statusCode === 404 ? 200 : answer.statusCode;
  const { 'content-length': _, 'transfer-encoding': __, ...headers } = answer.headers;
  outgoing.writeHead(status ?? 502, {
    ...headers,
    ...(answer.statusCode !== 304 && { 'content-length': changed.length }),
  });
  const step = proxy.bytesPerSecond ? Math.max(1, Math.floor(proxy.bytesPerSecond / 50)) : 0;
  if (step > 0 && changed.length > 4096) {
    for (let at = 0; at < changed.length && !outgoing.destroyed; at += step) {
      outgoing.write(changed.subarray(at, at + step));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    outgoing.end();
  } else outgoing.end(changed);
}

function forward(
  url: string,
  method: string,
  headers: IncomingMessage['headers'],
  body: Buffer,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const { host: _, connection: __, ...rest } = headers;
    const outgoing = request(url, { method, headers: rest, agent: false }, resolve);
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

async function collect(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}
