import { fail } from '@selvedge/core/errors';
import type { FastifyInstance } from 'fastify';
import type { Agent } from '../agent.ts';

/** The device about itself, for programs on it: its state, and its decisions with their traces. */
export function addLocalApi(app: FastifyInstance, agent: Agent): void {
  app.get('/api/v1/state', async () => agent.state());
  app.get<{ Querystring: { limit?: string } }>('/api/v1/decisions', async ({ query }) => ({
    decisions: agent.decisions.list(limitOf(query.limit)),
  }));
  app.get<{ Params: { id: string } }>('/api/v1/decisions/:id', async ({ params }) => {
    const trace = agent.decisions.get(params.id);
    return (
      trace ??
      fail('not-found', `no decision ${params.id} here`, {
        hint: 'the device keeps its latest decisions; GET /api/v1/decisions lists them',
        details: { id: params.id },
      })
    );
  });
}

function limitOf(text: string | undefined): number {
  const limit = text === undefined ? 100 : Number(text);
  if (Number.isInteger(limit) && limit > 0) return limit;
  return fail('usage', `limit is "${text}": expected a whole number from 1 up`);
}
