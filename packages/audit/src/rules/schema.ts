import { type Static, Type } from 'typebox';

const strict = { additionalProperties: false } as const;
const Kind = Type.Union(
  ['text', 'image', 'audio', 'video', 'tabular', 'document', 'tensor'].map((each) =>
    Type.Literal(each),
  ),
);
const Name = Type.String({ pattern: '^[a-z0-9]+(-[a-z0-9]+)*$' });

/** `chat.completions.create`, with `!` where nothing else is called so; or that with a kind of data. */
const Call = Type.Union([Type.String({ minLength: 1 }), Type.Record(Type.String(), Kind)]);

/** What a package does where nobody says otherwise, and the page that says so. */
const Defaults = Type.Object(
  {
    package: Type.String({ minLength: 1 }),
    timeoutSeconds: Type.Optional(Type.Number({ exclusiveMinimum: 0 })),
    retries: Type.Optional(Type.Integer({ minimum: 0 })),
    source: Type.String({ pattern: '^https://' }),
  },
  strict,
);

const Language = Type.Object(
  {
    packages: Type.Array(Type.String({ minLength: 1 })),
    calls: Type.Array(Call),
    defaults: Type.Optional(Defaults),
  },
  strict,
);
const Example = Type.Object({ yes: Type.String(), no: Type.String() }, strict);

const perLanguage = <T extends Parameters<typeof Type.Optional>[0]>(schema: T) =>
  Type.Object(
    {
      javascript: Type.Optional(schema),
      python: Type.Optional(schema),
      go: Type.Optional(schema),
      java: Type.Optional(schema),
      kotlin: Type.Optional(schema),
      csharp: Type.Optional(schema),
      swift: Type.Optional(schema),
      rust: Type.Optional(schema),
    },
    strict,
  );

/** A provider's rule file as its author writes it. */
export const RuleFile = Type.Object(
  {
    name: Name,
    title: Type.String({ minLength: 1 }),
    kind: Type.Union([Type.Literal('service'), Type.Literal('server'), Type.Literal('local')]),
    data: Kind,
    hosts: Type.Optional(Type.Array(Type.String({ minLength: 1 }))),
    paths: Type.Optional(Type.Array(Type.String({ pattern: '^[/:]' }))),
    commonPaths: Type.Optional(Type.Array(Type.String({ pattern: '^[/:]' }))),
    plainPaths: Type.Optional(Type.Array(Type.String({ pattern: '^/' }))),
    headers: Type.Optional(Type.Array(Type.String({ pattern: '^[a-z0-9]+(-[a-z0-9]+)+$' }))),
    bodies: Type.Optional(
      Type.Array(Type.Array(Type.String({ minLength: 1 }), { minItems: 2, maxItems: 4 })),
    ),
    environment: Type.Optional(Type.Array(Type.String({ minLength: 1 }))),
    clients: Type.Optional(Type.Array(Type.String({ minLength: 1 }))),
    elsewhere: Type.Optional(Name),
    names: Type.Optional(Type.Array(Type.String({ pattern: '^[a-z]{3,}$' }))),
    languages: perLanguage(Language),
    examples: perLanguage(Example),
  },
  strict,
);
export type RuleFile = Static<typeof RuleFile>;
