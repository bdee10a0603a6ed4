/**
 * What an author writes to route a family's requests: `policy.yaml`. Strict. Publishing compiles
 * it to the signed `CompiledPolicy`.
 */
import { type Static, Type } from 'typebox';
import { PrivacyLabels } from '../route/policy.ts';
import { apiVersion, Slug, Tier } from '../schema/index.ts';

const strict = { additionalProperties: false } as const;

/** `true` and `false` need no quotes, as YAML reads them. */
const Condition = Type.Union([Type.String({ minLength: 1 }), Type.Boolean()], {
  description: 'a CEL expression that is true or false',
});
const Weight = Type.Number({ minimum: 0, description: 'a weight of 0 or more' });

export const AuthorRule = Type.Object(
  {
    /** Names the rule in decisions and counts. */
    id: Slug,
    /** `privacy` and `licence` make "no answer" a refusal; absent: `rule`. */
    code: Type.Optional(
      Type.Union([Type.Literal('privacy'), Type.Literal('licence'), Type.Literal('rule')]),
    ),
    /** When the rule applies; absent: always. */
    when: Type.Optional(Condition),
    /** What must then hold for a candidate. */
    require: Condition,
  },
  strict,
);
export type AuthorRule = Static<typeof AuthorRule>;

export const AuthorPolicy = Type.Object(
  {
    apiVersion: Type.Literal(apiVersion),
    kind: Type.Literal('Policy'),
    /** Joined with the blueprint's; one label may not mean two things. */
    labels: Type.Optional(PrivacyLabels),
    unlabelled: Type.Optional(Tier),
    rules: Type.Optional(Type.Array(AuthorRule)),
    /** Weights that are absent keep their built-in value. */
    objective: Type.Optional(
      Type.Object(
        {
          latency: Type.Optional(Weight),
          cost: Type.Optional(Weight),
          energy: Type.Optional(Weight),
          quality: Type.Optional(Weight),
        },
        strict,
      ),
    ),
  },
  strict,
);
export type AuthorPolicy = Static<typeof AuthorPolicy>;
