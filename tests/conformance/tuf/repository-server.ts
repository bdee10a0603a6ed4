import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Serves the files of a repository over HTTP, whatever they are at the moment. */
export interface RepositoryServer {
  readonly url: string;
  files: ReadonlyMap<string, Uint8Array>;
  close(): Promise<void>;
}

export async function repositoryServer(): Promise<RepositoryServer> {
  const served = { files: new Map<string, Uint8Array>() as ReadonlyMap<string, Uint8Array> };
  const server = createServer((request, response) => {
    const bytes = served.files.get((request.url ?? '').slice(1));
    if (bytes) response.writeHead(200, { 'content-length': bytes.length }).end(bytes);
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return Object.assign(served, {
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      server.closeAllConnections();
      server.close();
    },
  });
}
