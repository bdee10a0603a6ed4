import type { Scope } from '@selvedge/core/api';
import { fail } from '@selvedge/core/errors';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { refuse } from '../oci/oci-error.ts';
import { allows } from './rights.ts';
import type { Tokens } from './tokens.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What a token must allow for this route. Every route that writes has one. */
    scope?: Scope;
  }
}

/**
 * Asks every request for what its route needs: outside `--dev` a token with the route's scope;
 * under `--dev` no token, but a request that comes from this machine's own programs, not from
 * some page in its browser (DNS rebinding, cross-site writes).
 */
export function addGuard(app: FastifyInstance, options: { dev: boolean; tokens: Tokens }): void {
  app.addHook('onRequest', async (request) => {
    if (options.dev) checkLocal(request);
    else checkScope(request, options.tokens);
  });
}

function checkScope(request: FastifyRequest, tokens: Tokens): void {
  const { scope } = request.routeOptions.config;
  if (scope === undefined) return;
  const text = credentialOf(request.headers.authorization);
  const scopes = text === undefined ? undefined : tokens.scopesOf(text);
  if (!scopes) unauthenticated(request, scope);
  if (allows(scopes, scope)) return;
  if (isOci(request)) refuse('DENIED', `the token lacks the scope ${scope}`);
  fail('forbidden', `the token lacks the scope ${scope}`, {
    hint: 'ask the hub’s owner for a token that has it',
    details: { scope },
  });
}

/** `Bearer <token>`, or the password of Basic, which is what OCI clients send after a login. */
function credentialOf(header: string | undefined): string | undefined {
  const [scheme = '', value = ''] = (header ?? '').split(/\s+/, 2);
  if (/^bearer$/i.test(scheme)) return value;
  if (!/^basic$/i.test(scheme)) return undefined;
  const text = Buffer.from(value, 'base64').toString('utf8');
  return text.slice(text.indexOf(':') + 1);
}

function unauthenticated(request: FastifyRequest, scope: Scope): never {
  if (isOci(request)) {
    refuse('UNAUTHORIZED', `this needs a token with the scope ${scope}`, {
      headers: { 'www-authenticate': 'Basic realm="selvedge hub"' },
    });
  }
  fail('unauthenticated', `this needs a token with the scope ${scope}`, {
    hint: 'set SELVEDGE_TOKEN; the first one is in admin.token of the hub’s data directory',
    details: { scope },
  });
}

const isOci = (request: FastifyRequest): boolean => request.url.startsWith('/v2/');

function checkLocal(request: FastifyRequest): void {
  const host = (request.headers.host ?? '').replace(/:\d+$/, '');
  if (!isLoopbackName(host)) {
    fail('forbidden', `a hub under --dev answers to this machine only, not to ${host}`, {
      hint: 'use the address 127.0.0.1, or run the hub without --dev',
    });
  }
  const site = request.headers['sec-fetch-site'];
  const writes = !['GET', 'HEAD', 'OPTIONS'].includes(request.method);
  if (writes && site !== undefined && site !== 'same-origin' && site !== 'none') {
    fail('forbidden', 'another site may not write here');
  }
}

/** Whether a host name can only mean this machine. */
export const isLoopbackName = (host: string): boolean =>
  host === 'localhost' || host === '[::1]' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
