/**
 * The documents that go down: what a publisher signs and a device reads.
 *
 * They are wire documents: unknown keys are tolerated unless `critical` names them. Each is a
 * TUF target of its family's delegated role; `paths.ts` says where.
 */
import { type Static, Type } from 'typebox';
import {
  apiVersion,
  Descriptor,
  Digest,
  ElementType,
  FamilyName,
  ProcessorKind,
  Provenance,
  Slug,
  TensorSpec,
  Tier,
  Timestamp,
  Version,
} from '../schema/index.ts';

const header = <K extends string>(kind: K) => ({
  apiVersion: Type.Literal(apiVersion),
  kind: Type.Literal(kind),
  critical: Type.Optional(Type.Array(Type.String())),
});

/** How good a variant was found to be. Fractions between 0 and 1, except `snr` in dB. */
export const Quality = Type.Object({
  metric: Type.String(),
  value: Type.Number(),
  reference: Type.Union([Type.Number(), Type.Null()]),
  drop: Type.Union([Type.Number(), Type.Null()]),
  /** 95% interval of the paired difference to the reference, `[low, high]`. */
  interval: Type.Union([Type.Tuple([Type.Number(), Type.Number()]), Type.Null()]),
  samples: Type.Integer({ minimum: 0 }),
  provenance: Provenance,
  /** The evaluation set's digest: which data this was measured on. */
  dataset: Type.Optional(Digest),
});
export type Quality = Static<typeof Quality>;

/** How fast a variant answered. Milliseconds. `target` names the chip where it is not this machine. */
export const Latency = Type.Object({
  p50Ms: Type.Number({ minimum: 0 }),
  p99Ms: Type.Number({ minimum: 0 }),
  runs: Type.Integer({ minimum: 0 }),
  engine: Type.String(),
  provenance: Provenance,
  target: Type.Optional(Slug),
  /** Between these the median is in nine of ten cases. */
  lowMs: Type.Optional(Type.Number({ minimum: 0 })),
  highMs: Type.Optional(Type.Number({ minimum: 0 })),
  /** Of an estimate for a target: millijoules of one inference. */
  energyMj: Type.Optional(Type.Number({ minimum: 0 })),
  /** And the kinds of processors that share it, an accelerator before the CPU that takes the rest. */
  on: Type.Optional(Type.Array(ProcessorKind, { minItems: 1 })),
});
export type Latency = Static<typeof Latency>;

const amount = () => Type.Integer({ minimum: 0 });

/** What the kernels of one class do in one inference, in blocks of 32 channels and 8 × 4 positions. */
export const KernelWork = Type.Object({
  nodes: amount(),
  /** Multiply-accumulates. */
  macs: amount(),
  /** Elements of activations read and written. */
  elements: amount(),
  /** Elements of stored tensors read. */
  weights: amount(),
  /** Of those, what takes longer to read than the arithmetic on it. */
  waiting: amount(),
});
export type KernelWork = Static<typeof KernelWork>;

/** Work by class of kernel: `conv`, `pointwise`, `depthwise`, `linear`, `softmax`, … */
export const Kernels = Type.Record(Slug, KernelWork);
export type Kernels = Static<typeof Kernels>;

/** What one run of a variant costs, for estimating latency and memory where it was not measured. */
export const Workload = Type.Object({
  /** Multiply-accumulates of one inference. */
  macs: Type.Integer({ minimum: 0 }),
  /** Bytes of weights read by one inference. */
  weightBytes: Type.Integer({ minimum: 0 }),
  /** Bytes of activations written and read by one inference. */
  activationBytes: Type.Integer({ minimum: 0 }),
  /** Upper bound of memory that holds weights and live activations, bytes. */
  peakMemoryBytes: Type.Integer({ minimum: 0 }),
  /** Number of operators. */
  nodes: Type.Integer({ minimum: 0 }),
  /** The same by class of kernel, for estimates that are calibrated to a chip. */
  kernels: Type.Optional(Kernels),
  /** What could not be counted: operator types whose cost is unknown. */
  uncounted: Type.Optional(Type.Array(Type.String())),
});
export type Workload = Static<typeof Workload>;

/** One built artifact of a release. Its identity is its manifest's digest. */
export const ReleaseVariant = Type.Object({
  id: Slug,
  tier: Tier,
  precision: Slug,
  /** The engine family that runs it, e.g. `onnxruntime`. */
  engine: Slug,
  opset: Type.Integer({ minimum: 1 }),
  /**
   * Target ids it was built for; absent or empty means any. A device that is another target does
   * not take it; one that is none of the catalogue's is judged by its own profile.
   */
  targets: Type.Optional(Type.Array(Slug)),
  /** The variant's OCI manifest; its layers are the model and the golden document. */
  manifest: Descriptor,
  /** Sum of the layers, bytes: what a device fetches and keeps. */
  bytes: Type.Integer({ minimum: 0 }),
  workload: Workload,
  quality: Type.Optional(Quality),
  latency: Type.Array(Latency),
});
export type ReleaseVariant = Static<typeof ReleaseVariant>;

/** A signed, immutable set of variants with a version. */
export const Release = Type.Object({
  ...header('Release'),
  family: FamilyName,
  version: Version,
  createdAt: Timestamp,
  licence: Type.Optional(Type.String()),
  /** The OCI index that lists the variants' manifests. */
  index: Descriptor,
  inputs: Type.Array(TensorSpec),
  outputs: Type.Array(TensorSpec),
  variants: Type.Array(ReleaseVariant, { minItems: 1 }),
});
export type Release = Static<typeof Release>;

/** A moving pointer to a release. */
export const Channel = Type.Object({
  ...header('Channel'),
  family: FamilyName,
  channel: Slug,
  version: Version,
});
export type Channel = Static<typeof Channel>;

/** A tensor inside a JSON document: little-endian element bytes in base64, strings as a list. */
export const InlineTensor = Type.Object({
  type: ElementType,
  shape: Type.Array(Type.Integer({ minimum: 0 })),
  data: Type.Union([Type.String(), Type.Array(Type.String())]),
});
export type InlineTensor = Static<typeof InlineTensor>;

/**
 * Inputs and the outputs they must give, checked on the device before a variant counts as
 * installed. An output `y` passes against golden `g` when every element has
 * |y − g| ≤ absolute + relative·|g|, and, where `argmax` is set, the same arg-max in each sample.
 */
export const Golden = Type.Object({
  ...header('Golden'),
  cases: Type.Array(
    Type.Object({
      inputs: Type.Record(Type.String(), InlineTensor),
      outputs: Type.Record(Type.String(), InlineTensor),
    }),
    { minItems: 1 },
  ),
  tolerance: Type.Record(
    Type.String(),
    Type.Object({
      absolute: Type.Number({ minimum: 0 }),
      relative: Type.Number({ minimum: 0 }),
      argmax: Type.Optional(Type.Boolean()),
    }),
  ),
});
export type Golden = Static<typeof Golden>;

/** Media types of what a release is made of. ModelPack's where it has one. */
export const mediaTypes = {
  index: 'application/vnd.oci.image.index.v1+json',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  releaseArtifact: 'application/vnd.selvedge.release.v1+json',
  modelArtifact: 'application/vnd.cncf.model.manifest.v1+json',
  modelConfig: 'application/vnd.cncf.model.config.v1+json',
  modelWeights: 'application/vnd.cncf.model.weight.v1.raw',
  golden: 'application/vnd.selvedge.golden.v1+json',
} as const;

/** Annotation keys on a variant's descriptor in the index. */
export const annotations = {
  variant: 'dev.selvedge.variant',
  tier: 'dev.selvedge.tier',
  precision: 'dev.selvedge.precision',
  /** ModelPack: the path a layer unpacks to. */
  filepath: 'org.cncf.model.filepath',
  title: 'org.opencontainers.image.title',
  version: 'org.opencontainers.image.version',
} as const;
