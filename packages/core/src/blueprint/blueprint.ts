/**
 * What an author writes beside a model: `selvedge.yaml`. Strict: an unknown key is an error, since
 * here it is a mistake and not a newer version.
 */
import { type Static, Type } from 'typebox';
import { PrivacyLabels } from '../route/policy.ts';
import { apiVersion, FamilyName, Slug, Tier, Version } from '../schema/index.ts';

const strict = { additionalProperties: false } as const;

const FilePath = Type.String({ minLength: 1, description: 'a path relative to the blueprint' });
const Fraction = Type.Number({
  minimum: 0,
  maximum: 1,
  description: 'a fraction between 0 and 1: 98% is 0.98',
});

/** Precisions the forge can be asked for. */
export const precisions = ['fp32', 'fp16', 'int8', 'int8-dynamic', 'int4', 'mixed'] as const;
export const Precision = Type.Unsafe<(typeof precisions)[number]>(
  Type.Union(precisions.map((name) => Type.Literal(name))),
);
export type Precision = Static<typeof Precision>;

/** What may be tried on the weights beside a precision. */
export const compressions = ['prune', 'cluster'] as const;
export const Compression = Type.Unsafe<(typeof compressions)[number]>(
  Type.Union(compressions.map((name) => Type.Literal(name))),
);
export type Compression = Static<typeof Compression>;

/** What one inference, or the artifact, may take. A variant that exceeds it does not leave the forge. */
export const Budget = Type.Object(
  {
    /** Bytes to fetch and keep. */
    maxBytes: Type.Optional(Type.Integer({ minimum: 1 })),
    /** Peak bytes of memory. */
    maxMemoryBytes: Type.Optional(Type.Integer({ minimum: 1 })),
    /** Median latency, milliseconds. */
    maxLatencyMs: Type.Optional(Type.Number({ exclusiveMinimum: 0 })),
    /**
     * Most of all multiply-accumulates that a named target may leave to its CPU, 0 to 1: 0 where
     * everything must run on the accelerator. `selvedge matrix` holds each target to it.
     */
    maxFallback: Type.Optional(Fraction),
  },
  strict,
);
export type Budget = Static<typeof Budget>;

/** The bar that a variant has to reach on the evaluation set. */
export const QualityBar = Type.Object(
  {
    /** Least value of the metric. */
    min: Type.Optional(Fraction),
    /** Most that may be lost to the reference precision. */
    maxDrop: Type.Optional(Fraction),
  },
  strict,
);
export type QualityBar = Static<typeof QualityBar>;

/** One tier of a family: which model, in which precisions, for which targets, how good. */
export const BlueprintTier = Type.Object(
  {
    /** The model file. */
    source: FilePath,
    precisions: Type.Array(Precision, { minItems: 1 }),
    /** Tried with each precision that gains by it, and kept where it pays. */
    compression: Type.Optional(Type.Array(Compression, { minItems: 1 })),
    /** Target ids of the catalogue: other targets are left out. Absent means any. */
    targets: Type.Optional(Type.Array(Slug, { minItems: 1 })),
    budget: Type.Optional(Budget),
    quality: Type.Optional(QualityBar),
  },
  strict,
);
export type BlueprintTier = Static<typeof BlueprintTier>;

/** Where quality is measured. */
export const Evaluation = Type.Object(
  {
    /** A data set's directory. */
    dataset: FilePath,
    metric: Type.Optional(
      Type.String({
        pattern: '^(top1|agreement|snr|.+\\.mjs)$',
        description: 'top1, agreement, snr or a path to an .mjs file',
      }),
    ),
  },
  strict,
);
export type Evaluation = Static<typeof Evaluation>;

/** What activations look like: precisions with fixed ranges are made from it. */
export const Calibration = Type.Object(
  {
    /** A data set's directory; labels are not looked at. */
    dataset: FilePath,
  },
  strict,
);
export type Calibration = Static<typeof Calibration>;

/** How far data may travel. */
export const Privacy = Type.Object(
  {
    labels: PrivacyLabels,
    /** The farthest tier for requests without a label; absent: the cloud. */
    unlabelled: Type.Optional(Tier),
  },
  strict,
);
export type Privacy = Static<typeof Privacy>;

/** The author's document of a family. */
export const Blueprint = Type.Object(
  {
    apiVersion: Type.Literal(apiVersion),
    kind: Type.Literal('Blueprint'),
    family: FamilyName,
    version: Version,
    /** SPDX expression. */
    licence: Type.String({ minLength: 1, description: 'an SPDX expression such as Apache-2.0' }),
    description: Type.Optional(Type.String()),
    evaluation: Type.Optional(Evaluation),
    /** Absent: int8, mixed and what else needs it are skipped. */
    calibration: Type.Optional(Calibration),
    tiers: Type.Object(
      {
        device: Type.Optional(BlueprintTier),
        edge: Type.Optional(BlueprintTier),
        cloud: Type.Optional(BlueprintTier),
      },
      strict,
    ),
    privacy: Type.Optional(Privacy),
    /** The author's routing policy; absent: the built-in one with the labels above. */
    policy: Type.Optional(FilePath),
  },
  strict,
);
export type Blueprint = Static<typeof Blueprint>;
