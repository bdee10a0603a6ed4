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
    /** Public, and the place where a client asks whether its credentials are right. */
    checksCredentials?: boolean;
  }
}

/**
 * Asks every request for a token with the scope that its route needs. A hub under `--dev` has no
 * such guard: there `loopbackGuard` lets in the programs of its own machine only.
 */
export function addGuard(app: FastifyInstance, tokens: Tokens): void {
  app.addHook('onRequest', async (request) => checkScope(request, tokens));
}

function checkScope(request: FastifyRequest, tokens: Tokens): void {
  const { scope, checksCredentials } = request.routeOptions.config;
  const { authorization } = request.headers;
  if (scope === undefined && !(checksCredentials && authorization !== undefined)) return;
  const text = credentialOf(authorization);
  const scopes = text === undefined ? undefined : tokens.scopesOf(text);
  if (!scopes) unauthenticated(request, scope);
  if (scope === undefined || allows(scopes, scope)) return;
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

function unauthenticated(request: FastifyRequest, scope: Scope | undefined): never {
  const message = scope
    ? `this needs a token with the scope ${scope}`
    : 'this is no token of the hub';
  if (isOci(request)) {
    refuse('UNAUTHORIZED', message, {
      headers: { 'www-authenticate': 'Basic realm="selvedge hub"' },
    });
  }
  fail('unauthenticated', message, {
    hint: 'set SELVEDGE_TOKEN; the first one is in admin.token of the hub’s data directory',
    details: { scope },
  });
}

const isOci = (request: FastifyRequest): boolean => request.url.startsWith('/v2/');
