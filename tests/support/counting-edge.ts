/** A relay in front of an edge that notes which inferences reach it: address, and inference port. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Edge } from '@selvedge/edge';

export interface CountingEdge {
  /** What an agent is given as its edge. */
  readonly url: string;
  /** Paths of the inference requests that came through. */
  readonly inferences: string[];
  close(): Promise<void>;
}

export async function countingEdge(edge: Edge): Promise<CountingEdge> {
  const inferences: string[] = [];
  const infer = await relay(edge.inferUrl, {
    onRequest: (path) => path.endsWith('/infer') && inferences.push(path),
  });
  const base = await relay(edge.url, {
    // The agent asks the edge where it infers.
    rewrite: (path, body) => {
      if (path !== '/api/v1/edge') return body;
      return Buffer.from(JSON.stringify({ ...JSON.parse(String(body)), inferUrl: infer.url }));
    },
  });
  return {
    url: base.url,
    inferences,
    async close() {
      await infer.close();
      await base.close();
    },
  };
}

interface Hooks {
  readonly onRequest?: (path: string) => unknown;
  readonly rewrite?: (path: string, body: Buffer) => Buffer;
}

async function relay(target: string, { onRequest, rewrite }: Hooks) {
  const server = createServer((request, response) => {
    // An edge that is gone looks gone through the relay, too.
    pass(request, response).catch(() => request.socket.destroy());
  });
  const pass = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = request.url ?? '/';
    onRequest?.(path);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { host: _, connection: __, 'content-length': ___, ...headers } = request.headers;
    const hasBody = request.method !== 'GET' && request.method !== 'HEAD';
    const answer = await fetch(new URL(path, target), {
      method: request.method ?? 'GET',
      headers: headers as Record<string, string>,
      ...(hasBody ? { body: Buffer.concat(chunks) } : {}),
    });
    const body = Buffer.from(await answer.arrayBuffer());
    const out = Object.fromEntries(answer.headers);
    delete out['content-length'];
    delete out['content-encoding'];
    delete out['transfer-encoding'];
    response.writeHead(answer.status, out).end(rewrite ? rewrite(path, body) : body);
  };
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, close: () => closeServer(server) };
}

async function closeServer(server: Server): Promise<void> {
  server.close();
  server.closeAllConnections();
}
