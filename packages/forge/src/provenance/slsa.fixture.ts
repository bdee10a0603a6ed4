/** What the in-toto Statement v1 and SLSA provenance v1 specifications allow, and nothing more. */
import { type TProperties, type TSchema, Type } from 'typebox';
import { Errors } from 'typebox/value';

const closed = (properties: TProperties): TSchema =>
  Type.Object(properties, { additionalProperties: false });
const optional = Type.Optional;
const text = Type.String({ minLength: 1 });
const uri = Type.String({ pattern: '^[a-z][a-z0-9+.-]*:' });
const time = Type.String({ pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?Z$' });
const anything = Type.Record(Type.String(), Type.Unknown());
const digests = Type.Record(
  Type.String({ pattern: '^[a-z0-9]+$' }),
  Type.String({ pattern: '^[0-9a-f]{64}$' }),
);

/** github.com/in-toto/attestation, `spec/v1/resource_descriptor.md`. */
const resource = closed({
  name: optional(text),
  uri: optional(uri),
  digest: optional(digests),
  content: optional(text),
  downloadLocation: optional(uri),
  mediaType: optional(text),
  annotations: optional(anything),
});

/** `spec/v1/statement.md`: a subject is a resource whose digest is stated. */
const subject = closed({ name: optional(text), uri: optional(uri), digest: digests });

const statement = closed({
  _type: Type.Literal('https://in-toto.io/Statement/v1'),
  subject: Type.Array(subject, { minItems: 1 }),
  predicateType: Type.Literal('https://slsa.dev/provenance/v1'),
  predicate: closed({
    buildDefinition: closed({
      buildType: uri,
      externalParameters: anything,
      internalParameters: optional(anything),
      resolvedDependencies: optional(Type.Array(resource)),
    }),
    runDetails: closed({
      builder: closed({
        id: uri,
        version: optional(Type.Record(Type.String(), Type.String())),
        builderDependencies: optional(Type.Array(resource)),
      }),
      metadata: optional(
        closed({
          invocationId: optional(text),
          startedOn: optional(time),
          finishedOn: optional(time),
        }),
      ),
      byproducts: optional(Type.Array(resource)),
    }),
  }),
});

/** What is wrong with a provenance statement, by those specifications. */
export const slsa = (document: unknown): readonly object[] => [...Errors(statement, document)];
