/**
 * A policy as it is signed and as devices evaluate it: an expression tree, no source text.
 * Authors write YAML and CEL; publishing lowers it to this (`@selvedge/forge/policy`).
 */
import { type Static, Type } from 'typebox';
import { apiVersion, FamilyName, Slug, Tier } from '../schema/index.ts';

/** A fact an expression may read, with its type. Paths outside this list do not compile. */
export const factTypes = {
  'request.labels': 'strings',
  'request.deadlineMs': 'number',
  'request.minQuality': 'number',
  'request.maxCost': 'number',
  'device.battery': 'number',
  'device.charging': 'boolean',
  'device.thermal': 'string',
  'device.network': 'string',
  'device.freeMemoryBytes': 'number',
  'candidate.tier': 'string',
  'candidate.region': 'string',
  'candidate.engine': 'string',
  'candidate.target': 'string',
  'candidate.quality': 'number',
  'candidate.predictedMs': 'number',
  'candidate.cost': 'number',
  'candidate.energyMj': 'number',
} as const;
export type FactPath = keyof typeof factTypes;

/**
 * `["lit", value]`, `["fact", path]`, `["has", path]`, `["not", e]`, `["and"|"or", e, e, …]`,
 * `["eq"|"ne"|"lt"|"le"|"gt"|"ge", a, b]`, `["in", item, list]`. A missing fact makes the
 * comparison that reads it undecided, and an undecided constraint rules the candidate out.
 */
export type Expression =
  | readonly ['lit', string | number | boolean | readonly (string | number)[]]
  | readonly ['fact', FactPath]
  | readonly ['has', FactPath]
  | readonly ['not', Expression]
  | readonly ['and' | 'or', ...Expression[]]
  | readonly ['eq' | 'ne' | 'lt' | 'le' | 'gt' | 'ge', Expression, Expression]
  | readonly ['in', Expression, Expression];

/** The farthest tier that data with this label may reach. */
export const PrivacyLabels = Type.Record(Slug, Tier);
export type PrivacyLabels = Static<typeof PrivacyLabels>;

export const Objective = Type.Object({
  /** Score per predicted millisecond. */
  latency: Type.Number({ minimum: 0 }),
  /** Score per unit of cost. */
  cost: Type.Number({ minimum: 0 }),
  /** Score per millijoule drawn from the device. */
  energy: Type.Number({ minimum: 0 }),
  /** Score per fraction of quality missing to 1. */
  quality: Type.Number({ minimum: 0 }),
});
export type Objective = Static<typeof Objective>;

/** The compiled policy of a family: the document that is signed. */
export const CompiledPolicy = Type.Object({
  apiVersion: Type.Literal(apiVersion),
  kind: Type.Literal('Policy'),
  critical: Type.Optional(Type.Array(Type.String())),
  family: FamilyName,
  labels: PrivacyLabels,
  /** Each holds for a candidate or rules it out: where `when` is true, `require` must be. */
  constraints: Type.Array(
    Type.Object({
      id: Slug,
      code: Type.Union([Type.Literal('privacy'), Type.Literal('licence'), Type.Literal('rule')]),
      when: Type.Unsafe<Expression>(Type.Array(Type.Unknown())),
      require: Type.Unsafe<Expression>(Type.Array(Type.Unknown())),
    }),
  ),
  objective: Objective,
});
export type CompiledPolicy = Static<typeof CompiledPolicy>;
