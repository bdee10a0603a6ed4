import type { AttestationKind } from '@selvedge/core/release';
import { type Static, type TSchema, Type } from 'typebox';
import { Check } from 'typebox/value';

/** What statements about a manifest have to speak of, and may not contradict. */
export interface Spoken {
  /** Hex SHA-256 of everything that they must name: manifests, model, weights. */
  readonly subjects: readonly string[];
  /** Hex SHA-256 of the model file by the id of its variant. */
  readonly models: Readonly<Record<string, string>>;
  /** Hex SHA-256 of the files with its weights. */
  readonly weights: readonly string[];
}

const Hashed = Type.Object({
  hashes: Type.Array(Type.Object({ alg: Type.String(), content: Type.String() })),
});

/** CycloneDX 1.7, as far as it is held against what is installed. */
const Bom = Type.Object({
  bomFormat: Type.Literal('CycloneDX'),
  metadata: Type.Object({
    component: Type.Object({
      ...Hashed.properties,
      components: Type.Optional(Type.Array(Hashed)),
    }),
  }),
});

const Resource = Type.Object({
  name: Type.String(),
  digest: Type.Object({ sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }) }),
});

/** slsa.dev/spec/v1.0/provenance, its required fields. */
const Provenance = Type.Object({
  buildDefinition: Type.Object({
    buildType: Type.String({ minLength: 1 }),
    externalParameters: Type.Record(Type.String(), Type.Unknown()),
    resolvedDependencies: Type.Array(Resource, { minItems: 1 }),
  }),
  runDetails: Type.Object({ builder: Type.Object({ id: Type.String({ minLength: 1 }) }) }),
});

const Matrix = Type.Object({
  kind: Type.Literal('Matrix'),
  variants: Type.Array(
    Type.Object({ id: Type.String(), digest: Type.Union([Type.String(), Type.Null()]) }),
  ),
});

/** What a predicate says that is not so, in a sentence; undefined where it fits. */
export function contradiction(
  kind: AttestationKind,
  predicate: object,
  { models, weights }: Spoken,
): string | undefined {
  if (kind === 'provenance') {
    return fits(Provenance, predicate) ? undefined : 'it is no SLSA provenance, v1';
  }
  if (kind === 'bom') {
    if (!fits(Bom, predicate)) return 'it is no CycloneDX bill of materials of a model';
    const { component } = predicate.metadata;
    const [model] = Object.values(models);
    if (sha256Of(component) !== model) return `its model is sha256:${sha256Of(component)}`;
    const named = new Set((component.components ?? []).map(sha256Of));
    const absent = weights.find((digest) => !named.has(digest));
    return absent === undefined ? undefined : `it does not list the weights sha256:${absent}`;
  }
  if (!fits(Matrix, predicate)) return 'it is no matrix';
  const judged = new Map(predicate.variants.map(({ id, digest }) => [id, digest]));
  const other = Object.entries(models).find(([id, hex]) => judged.get(id) !== `sha256:${hex}`);
  return other && `it judged another ${other[0]}`;
}

const fits = <T extends TSchema>(schema: T, value: unknown): value is Static<T> =>
  Check(schema, value);

const sha256Of = ({ hashes }: Static<typeof Hashed>): string | undefined =>
  hashes.find(({ alg }) => alg === 'SHA-256')?.content;
