import { TokenIssued, TokenRequest, Tokens as TokensAnswer } from '@selvedge/core/api';
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { newTokenText } from '../auth/admin-token.ts';
import type { Tokens } from '../auth/tokens.ts';
import { described } from './route-schema.ts';

export function addTokenRoutes(api: FastifyInstance, tokens: Tokens): void {
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
