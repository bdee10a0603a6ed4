import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import { immutable } from '@selvedge/node/http';
import type { FastifyInstance, FastifyReply } from 'fastify';

/** Only what this hub serves runs in the page, and it talks to this hub only. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const pageHeaders = {
  'content-security-policy': contentSecurityPolicy,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
};

/**
 * Serves the console's built files at `/`. Files with a hash in their name are kept by browsers
 * for good, the page itself never; a page built while the hub runs is served from then on.
 */
export async function serveConsole(app: FastifyInstance, dir: string): Promise<void> {
  app.get('/', { schema: { hide: true } }, (_request, reply) =>
    existsSync(join(dir, 'index.html')) ? reply.sendFile('index.html') : notBuilt(reply),
  );
  await mkdir(dir, { recursive: true });
  await app.register(fastifyStatic, {
    root: dir,
    cacheControl: false,
    index: false,
    setHeaders: (reply, path) => {
      const hashed = /-[\w-]{8,}\.\w+$/.test(path);
      reply.headers({
        ...pageHeaders,
        'cache-control': hashed ? immutable : 'no-cache',
      });
    },
  });
}

function notBuilt(reply: FastifyReply): FastifyReply {
  return reply
    .headers({ ...pageHeaders, 'cache-control': 'no-store' })
    .type('text/html; charset=utf-8')
    .send(
      '<!doctype html><meta charset="utf-8"><title>Selvedge hub</title>' +
        '<p>The hub runs. The console’s page is not built: <code>npm start</code> builds it.' +
        ' The API describes itself at <a href="/api/v1/openapi.json">/api/v1/openapi.json</a>.',
    );
}
