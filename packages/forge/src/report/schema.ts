import { Budget, Compression } from '@selvedge/core/blueprint';
import { Latency, Quality, Workload } from '@selvedge/core/release';
import {
  apiVersion,
  Digest,
  FamilyName,
  Slug,
  TensorSpec,
  Tier,
  Timestamp,
  Version,
} from '@selvedge/core/schema';
import { type Static, Type } from 'typebox';

const Nullable = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) =>
  Type.Union([schema, Type.Null()]);

const Bytes = Type.Integer({ minimum: 0 });

/** A file of the build, by its path relative to the build directory (or the source, for models). */
export const BuiltFile = Type.Object({ file: Type.String(), digest: Digest, bytes: Bytes });
export type BuiltFile = Static<typeof BuiltFile>;

/** Weights that stand beside a variant's model, under the path that the model names. */
export const WeightsFile = Type.Object({ ...BuiltFile.properties, location: Type.String() });
export type WeightsFile = Static<typeof WeightsFile>;

/** What `--fix` changed in a model before it was built. */
export const SourceFixes = Type.Object({
  changed: Type.Array(Type.Object({ node: Type.String(), op: Type.String() })),
  warnings: Type.Array(Type.String()),
});
export type SourceFixes = Static<typeof SourceFixes>;

/** A file with weights beside a model, under the path that the model names. */
export const SourceWeights = Type.Object({ location: Type.String(), digest: Digest, bytes: Bytes });
export type SourceWeights = Static<typeof SourceWeights>;

/** A model the build started from. */
export const SourceModel = Type.Object({
  file: Type.String(),
  /** Of `file` alone: the weights beside it have digests of their own in `data`. */
  digest: Digest,
  /** Of `file` and `data` together. */
  bytes: Bytes,
  /** The external data that the model names; absent where all its weights are in `file`. */
  data: Type.Optional(Type.Array(SourceWeights)),
  nodes: Type.Integer({ minimum: 0 }),
  parameters: Type.Integer({ minimum: 0 }),
  /** Present where `--fix` was asked for. */
  fixed: Type.Optional(SourceFixes),
});
export type SourceModel = Static<typeof SourceModel>;

/** `pass`: the bar holds. `unproven`: nothing, or too little, was measured. `skipped`: not made. */
export const VariantStatus = Type.Union([
  Type.Literal('pass'),
  Type.Literal('fail'),
  Type.Literal('unproven'),
  Type.Literal('skipped'),
]);
export type VariantStatus = Static<typeof VariantStatus>;

/** Something a pass left as it was, and why. */
export const PassNote = Type.Object({
  node: Type.String(),
  op: Type.String(),
  reason: Type.String(),
});
export type PassNote = Static<typeof PassNote>;

/**
 * How the layers of a mixed variant were told apart: by how much of the noise that 8 bits make at
 * the output is gone when one layer alone is left out.
 */
export const Sensitivity = Type.Object({
  /** What the mixture had to hold; `stated` false: nobody stated a bar, and this one was assumed. */
  bar: Type.Object({
    min: Type.Optional(Type.Number()),
    maxDrop: Type.Optional(Type.Number()),
    stated: Type.Boolean(),
  }),
  metric: Type.String(),
  /** Share of the output's power that differs with every layer in 8 bits. */
  noise: Type.Number({ minimum: 0 }),
  noiseSamples: Type.Integer({ minimum: 1 }),
  judgedOn: Type.Union([Type.Literal('evaluation'), Type.Literal('calibration')]),
  judgeSamples: Type.Integer({ minimum: 1 }),
  /** The most sensitive first; of a large network several layers are one entry. */
  layers: Type.Array(
    Type.Object({
      node: Type.String(),
      op: Type.String(),
      layers: Type.Integer({ minimum: 1 }),
      /** How much of `noise` is gone without this one in 8 bits. */
      gain: Type.Number({ minimum: 0 }),
      /** To 16 bit. */
      moved: Type.Boolean(),
    }),
  ),
  /** Mixtures that were measured, in the order of trying. */
  tried: Type.Array(
    Type.Object({
      moved: Type.Integer({ minimum: 0 }),
      bytes: Bytes,
      drop: Nullable(Type.Number()),
      holds: Type.Boolean(),
    }),
  ),
});
export type Sensitivity = Static<typeof Sensitivity>;

const Reduced = { bytes: Bytes, plain: Bytes };

/** What a compression of the weights saves beside the plain variant of the same precision. */
export const CompressionSaving = Type.Object({
  method: Compression,
  /** Id of the plain variant. */
  beside: Slug,
  /** Bytes of the file, with and without. */
  stored: Type.Object(Reduced),
  /** Bytes on the way to a device where the carrier compresses. */
  sent: Type.Object({ ...Reduced, codec: Type.String() }),
});
export type CompressionSaving = Static<typeof CompressionSaving>;

/** What of a variant would run outside one target's accelerator. */
export const TargetFallback = Type.Object({
  target: Slug,
  provider: Type.String(),
  /** Of the provider's operator list. */
  version: Type.String(),
  verdict: Type.Union([
    Type.Literal('full'),
    Type.Literal('partial'),
    Type.Literal('none'),
    Type.Literal('unknown'),
  ]),
  /** Nodes, and share of all MACs, outside the accelerator; null where no list says. */
  nodes: Nullable(Type.Integer({ minimum: 0 })),
  share: Nullable(Type.Number({ minimum: 0, maximum: 1 })),
  partitions: Nullable(Type.Integer({ minimum: 0 })),
  reason: Type.String(),
  /** Kinds of units that the estimate for the target is of: `npu`, `npu + cpu`, `cpu`; absent without. */
  estimatedOn: Type.Optional(Type.String()),
});
export type TargetFallback = Static<typeof TargetFallback>;

/** One variant of a build. Where it is `skipped`, everything that was not made is null. */
export const BuiltVariant = Type.Object({
  id: Slug,
  tier: Tier,
  precision: Slug,
  /** The engine family that runs it. */
  engine: Slug,
  /** Target ids it was built for; empty means any. */
  targets: Type.Array(Slug),
  /** `variants/<id>.onnx`, or `variants/<id>/model.onnx` with `data`; relative to the build directory. */
  file: Nullable(Type.String()),
  /** Of `file`. */
  digest: Nullable(Digest),
  /** Of `file` and `data` together. */
  bytes: Nullable(Bytes),
  /** The weights of a model that was streamed; absent where they are in `file`. */
  data: Type.Optional(Type.Array(WeightsFile)),
  status: VariantStatus,
  /** Why it has this status, in a sentence. */
  reason: Type.String(),
  /** What the quality bar alone says, where a budget decided the status. */
  bar: Type.Optional(Type.Object({ status: VariantStatus, reason: Type.String() })),
  quality: Nullable(Quality),
  /** Measured on the machine that built it. */
  latency: Nullable(Latency),
  /** Estimated from the catalogue, one per target. */
  estimates: Type.Array(Latency),
  /** What would run outside the target's unit, on the worst of the targets; null where no operator list is known. */
  fallback: Type.Object({
    nodes: Nullable(Type.Integer({ minimum: 0 })),
    share: Nullable(Type.Number({ minimum: 0, maximum: 1 })),
  }),
  /** The same for each target; absent where none was asked for. */
  fallbacks: Type.Optional(Type.Array(TargetFallback)),
  opset: Nullable(Type.Integer({ minimum: 1 })),
  workload: Nullable(Workload),
  /** `variants/<id>.golden.json`: a `Golden` document. */
  golden: Nullable(BuiltFile),
  /** Where the weights are compressed beside the precision. */
  compression: Type.Optional(CompressionSaving),
  /** `mixed` only: which layers are in 16 bit, and why. */
  sensitivity: Type.Optional(Sensitivity),
  /** What the conversion left alone. */
  notes: Type.Array(PassNote),
  warnings: Type.Array(Type.String()),
  /**
   * Where its answer is far from the unconverted model's, without an evaluation set to judge by;
   * absent: nowhere. `publish` withholds such a variant. The sentences are among the warnings too.
   */
  divergence: Type.Optional(Type.Array(Type.String())),
  /** Its conversion was made by an earlier build of the same model with the same options. */
  cached: Type.Optional(Type.Literal(true)),
});
export type BuiltVariant = Static<typeof BuiltVariant>;

/** What `selvedge build` found: `OUT/report.json`. `@selvedge/forge/publish` reads it back. */
export const BuildReport = Type.Object({
  apiVersion: Type.Literal(apiVersion),
  kind: Type.Literal('BuildReport'),
  family: FamilyName,
  version: Version,
  /** When it was made and measured. */
  createdAt: Timestamp,
  /** An earlier build with the same inputs and options: nothing was made or measured again. */
  cached: Type.Optional(Type.Literal(true)),
  licence: Type.Optional(Type.String()),
  description: Type.Optional(Type.String()),
  /** The model of the first tier. */
  model: SourceModel,
  /** The model of every tier. */
  sources: Type.Partial(
    Type.Object({ device: SourceModel, edge: SourceModel, cloud: SourceModel }),
  ),
  /** The model's inputs and (tensor) outputs: the same in every tier. */
  inputs: Type.Array(TensorSpec),
  outputs: Type.Array(TensorSpec),
  /** The evaluation set, where one was given. */
  evaluation: Nullable(
    Type.Object({ path: Type.String(), digest: Digest, samples: Type.Integer({ minimum: 1 }) }),
  ),
  /** The calibration set, where one was given. */
  calibration: Type.Optional(
    Type.Object({
      path: Type.String(),
      digest: Digest,
      samples: Type.Integer({ minimum: 1 }),
      /** What makes it look unlike what the model is really given. */
      warnings: Type.Optional(Type.Array(Type.String())),
    }),
  ),
  /** The bars that were stated, by tier. */
  bars: Type.Record(
    Type.String(),
    Type.Object({ min: Type.Optional(Type.Number()), maxDrop: Type.Optional(Type.Number()) }),
  ),
  /** What else was asked for, by tier. */
  asked: Type.Optional(
    Type.Record(
      Type.String(),
      Type.Object({
        precisions: Type.Array(Slug),
        compression: Type.Optional(Type.Array(Compression)),
        budget: Budget,
      }),
    ),
  ),
  /** The author's metric: the digest is of the module's own file, not of what that imports. */
  metric: Type.Optional(Type.Object({ file: Type.String(), digest: Digest })),
  variants: Type.Array(BuiltVariant),
  /**
   * Ids of variants on the Pareto front of their tier: no other is as small, as fast and as good,
   * and better in one of the three. Absent where quality was not measured.
   */
  front: Type.Optional(Type.Array(Slug)),
  /** What the blueprint says about routing: the farthest tier per label, and the policy's file. */
  policy: Type.Object({
    labels: Type.Record(Slug, Tier),
    /** The farthest tier for requests without a label; absent: the cloud. */
    unlabelled: Type.Optional(Tier),
    /** The author's policy, copied into the build directory; absent where there is none. */
    file: Type.Optional(Type.String()),
    /** Of that file. */
    digest: Type.Optional(Digest),
  }),
  /** What built it. */
  toolchain: Type.Object({
    selvedge: Type.String(),
    engine: Type.Object({
      name: Type.String(),
      version: Type.String(),
      /** Threads it computed with; null where that is not known. */
      threads: Nullable(Type.Integer({ minimum: 1 })),
    }),
    node: Type.String(),
    platform: Type.String(),
  }),
});
export type BuildReport = Static<typeof BuildReport>;
