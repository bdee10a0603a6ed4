import { Counts, CountsAccepted, DecisionCounts } from '@selvedge/core/api';
import { FamilyName, Timestamp } from '@selvedge/core/schema';
import type { FastifyInstance } from 'fastify';
import { type Static, Type } from 'typebox';
import type { DecisionSums } from '../signals/decision-counts.ts';
import { described } from './route-schema.ts';

const CountsQuery = Type.Object({
  family: Type.Optional(FamilyName),
  since: Type.Optional(Timestamp),
  until: Type.Optional(Timestamp),
});

export function addCountRoutes(api: FastifyInstance, sums: DecisionSums): void {
  api.post<{ Body: DecisionCounts }>(
    '/counts',
    described({
      tag: 'signals',
      summary: 'Anonymous decision counts of one window',
      description:
        'A batch is added once; sending it again is harmless. What it says of families that are not ' +
        'published here is not counted.',
      body: DecisionCounts,
      answer: CountsAccepted,
      scope: 'signals',
    }),
    async (request): Promise<CountsAccepted> => ({ counted: await sums.add(request.body) }),
  );

  api.get<{ Querystring: Static<typeof CountsQuery> }>(
    '/counts',
    described({
      tag: 'signals',
      summary: 'Decisions by family, tier and rule, summed over hours',
      description:
        'Hours are kept for 400 days. 9007199254740991 (2^53 − 1) means at least that many.',
      querystring: CountsQuery,
      answer: Counts,
      scope: 'read',
    }),
    async (request): Promise<Counts> => sums.read(request.query),
  );
}
