/** The request and the facts of a decision as documents, for files and tests. Strict. */
import { type TSchema, Type } from 'typebox';
import { LiveState } from '../device/profile.ts';
import { FamilyName, Provenance, Tier } from '../schema/index.ts';
import type { Candidate, RouteFacts, RouteRequest } from './types.ts';

const strict = { additionalProperties: false } as const;
const optional = <T extends TSchema>(schema: T) => Type.Optional(schema);
const Amount = Type.Number({ minimum: 0 });
const Fraction = Type.Number({ minimum: 0, maximum: 1 });

export const RouteRequestDocument = Type.Unsafe<RouteRequest>(
  Type.Object(
    {
      family: FamilyName,
      labels: Type.Array(Type.String()),
      deadlineMs: optional(Amount),
      minQuality: optional(Fraction),
      maxCost: optional(Amount),
    },
    strict,
  ),
);

const CandidateDocument = Type.Unsafe<Candidate>(
  Type.Object(
    {
      id: Type.String({ minLength: 1 }),
      tier: Tier,
      variant: optional(Type.String()),
      engine: optional(Type.String()),
      target: optional(Type.String()),
      region: optional(Type.String()),
      quality: optional(Fraction),
      qualityProvenance: optional(Provenance),
      predictedMs: Amount,
      provenance: Provenance,
      cost: optional(Amount),
      energyMj: optional(Amount),
      available: Type.Boolean(),
      unavailableReason: optional(Type.String()),
      breaker: optional(
        Type.Union([Type.Literal('closed'), Type.Literal('half-open'), Type.Literal('open')]),
      ),
    },
    strict,
  ),
);

export const RouteFactsDocument = Type.Unsafe<RouteFacts>(
  Type.Object({ device: LiveState, candidates: Type.Array(CandidateDocument) }, strict),
);
