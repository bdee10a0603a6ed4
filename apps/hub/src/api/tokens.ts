import { TokenIssued, TokenRequest, Tokens as TokensAnswer } from '@selvedge/core/api';
import { fail } from '@selvedge/core/errors';
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { newTokenText } from '../auth/admin-token.ts';
import type { Tokens } from '../auth/tokens.ts';
import { described } from './route-schema.ts';

/**
 * Tokens are made outside `--dev` only: there, whoever reaches the port would leave with one that
 * opens the hub for good.
 */
export function addTokenRoutes(
  api: FastifyInstance,
  { dev, tokens }: { dev: boolean; tokens: Tokens },
): void {
  if (dev) api.addHook('onRequest', refuse);
  api.get(
    '/tokens',
    described({
      tag: 'tokens',
      summary: 'Tokens, without their texts',
      answer: TokensAnswer,
      scope: 'admin',
    }),
    async (): Promise<TokensAnswer> => ({ tokens: tokens.list() }),
  );

  api.post<{ Body: TokenRequest }>(
    '/tokens',
    described({
      tag: 'tokens',
      summary: 'Make a token; its text is in this answer and nowhere else',
      body: TokenRequest,
      answer: TokenIssued,
      created: TokenIssued,
      scope: 'admin',
    }),
    async (request, reply) => {
      const token = newTokenText();
      const summary = await tokens.add(token, request.body);
      return reply.code(201).send({ ...summary, token } satisfies TokenIssued);
    },
  );

  api.delete<{ Params: { id: string } }>(
    '/tokens/:id',
    described({
      tag: 'tokens',
      summary: 'Revoke a token',
      params: Type.Object({ id: Type.String() }),
      answer: Type.Object({ revoked: Type.String() }),
      scope: 'admin',
    }),
    async (request) => {
      await tokens.revoke(request.params.id);
      return { revoked: request.params.id };
    },
  );
}

async function refuse(): Promise<never> {
  return fail('forbidden', 'a hub under --dev asks for no tokens, and makes none', {
    hint: 'start it without --dev; the first token is then in admin.token of its data directory',
  });
}
