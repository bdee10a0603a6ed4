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
  'candidate.variant': 'string',
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
 * `["eq"|"ne"|"lt"|"le"|"gt"|"ge", a, b]`, `["in", item, list]`, `["add"|"sub"|"mul"|"div", a, b]`.
 *
 * Logic has three values (Kleene): a missing fact makes what reads it undecided, except where the
 * other side of an `and` or `or` settles it. A constraint that is undecided rules the candidate out.
 */
export type Expression =
  | readonly ['lit', string | number | boolean | readonly (string | number)[]]
  | readonly ['fact', FactPath]
  | readonly ['has', FactPath]
  | readonly ['not', Expression]
  | readonly ['and' | 'or', ...Expression[]]
  | readonly ['eq' | 'ne' | 'lt' | 'le' | 'gt' | 'ge', Expression, Expression]
  | readonly ['in', Expression, Expression]
  | readonly ['add' | 'sub' | 'mul' | 'div', Expression, Expression];

/** A privacy label. Short enough that `privacy-<label>` is a rule id. */
export const PrivacyLabel = Type.String({
  pattern: '^[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?$',
  maxLength: 48,
  description: 'lower case letters, digits and inner . _ -',
});

/** The farthest tier that data with this label may reach. */
export const PrivacyLabels = Type.Record(PrivacyLabel, Tier, { additionalProperties: false });
export type PrivacyLabels = Static<typeof PrivacyLabels>;

/** Weights of what a step of the plan costs; the lowest sum is tried first. */
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

/** Holds for a candidate or rules it out: where `when` is true, `require` must be. */
export const Constraint = Type.Object({
  id: Slug,
  /** What kind of refusal it makes: `privacy` and `licence` turn "no answer" into a refusal. */
  code: Type.Union([Type.Literal('privacy'), Type.Literal('licence'), Type.Literal('rule')]),
  when: Type.Unsafe<Expression>(Type.Array(Type.Unknown(), { minItems: 2 })),
  require: Type.Unsafe<Expression>(Type.Array(Type.Unknown(), { minItems: 2 })),
});
export type Constraint = Static<typeof Constraint>;

/** The compiled policy of a family: the document that is signed. */
export const CompiledPolicy = Type.Object({
  apiVersion: Type.Literal(apiVersion),
  kind: Type.Literal('Policy'),
  critical: Type.Optional(Type.Array(Type.String())),
  family: FamilyName,
  labels: PrivacyLabels,
  /** The farthest tier that a request without any label may reach. */
  unlabelled: Tier,
  constraints: Type.Array(Constraint),
  objective: Objective,
});
export type CompiledPolicy = Static<typeof CompiledPolicy>;
