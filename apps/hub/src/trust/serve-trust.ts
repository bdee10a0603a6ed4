import type { IncomingMessage, ServerResponse } from 'node:http';
import { immutable, noneMatch, sendError } from '@selvedge/node/http';
import type { PublishedFile, PublishedFiles } from './published-files.ts';

const prefix = '/trust/';
const route = '/trust/*';

/**
 * Answers `GET` and `HEAD /trust/…` before Fastify sees the request: a device's poll is a map
 * look-up and, with nothing new, a 304 without a body. What is no longer current comes from the
 * disk. Returns the route's pattern, or undefined for another path.
 */
export function serveTrust(
  files: Pick<PublishedFiles, 'get' | 'read'>,
): (request: IncomingMessage, response: ServerResponse) => string | undefined {
  return (request, response) => {
    const url = request.url ?? '';
    if (!url.startsWith(prefix)) return undefined;
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('allow', 'GET, HEAD');
      answerError(response, 405, 'usage', `${request.method} is not for published documents`);
      return route;
    }
    const path = url.slice(prefix.length).split('?', 1)[0]!;
    const current = files.get(path);
    if (current) answer(request, response, path, current);
    else void answerOlder(request, response, path, files);
    return route;
  };
}

async function answerOlder(
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  files: Pick<PublishedFiles, 'read'>,
): Promise<void> {
  try {
    const file = await files.read(path);
    if (file) return answer(request, response, path, file);
    answerError(response, 404, 'not-found', `there is no ${prefix}${path}`);
  } catch (caught) {
    sendError(response, caught);
  }
}

function answer(
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  { bytes, etag }: PublishedFile,
): void {
  // Only the timestamp changes under its name; every other name has a version or a hash in it.
  const headers = {
    etag,
    'cache-control': path === 'timestamp.json' ? 'no-cache' : immutable,
    'content-type': 'application/json',
    'x-content-type-options': 'nosniff',
    // Signed documents are for everyone, also for a browser's client on another origin.
    'access-control-allow-origin': '*',
  };
  if (noneMatch(request.headers['if-none-match'], etag)) {
    response.writeHead(304, headers).end();
    return;
  }
  response.writeHead(200, { ...headers, 'content-length': bytes.length });
  response.end(request.method === 'HEAD' ? undefined : bytes);
}

function answerError(
  response: ServerResponse,
  status: number,
  code: string,
  message: string,
): void {
  const body = JSON.stringify({ error: { code, message, details: {} } });
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-cache',
    'content-length': Buffer.byteLength(body),
  });
  response.end(body);
}
