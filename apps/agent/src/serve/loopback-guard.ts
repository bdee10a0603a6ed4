import { fail } from '@selvedge/core/errors';
import type { FastifyInstance } from 'fastify';

/** Names of this machine, as a URL's host may write them. */
const loopback = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i;

/**
 * Lets only programs of this device in. A page in its browser could reach the port through a
 * name that it points to 127.0.0.1 (DNS rebinding), which the Host header shows, or by a request
 * from its own origin, which the Origin header shows.
 */
export function guardLoopback(app: FastifyInstance): void {
  app.addHook('onRequest', async ({ headers }) => {
    const { host = '', origin } = headers;
    if (!loopback.test(host)) refuse(`the Host header names ${host || 'nothing'}`);
    if (origin !== undefined && origin !== `http://${host}`) refuse(`a page of ${origin} asked`);
  });
}

function refuse(why: string): never {
  fail('forbidden', `only programs of this device may ask: ${why}`, {
    hint: 'ask as http://127.0.0.1 and the port',
  });
}
