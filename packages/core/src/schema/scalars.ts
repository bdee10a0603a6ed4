import { type Static, Type } from 'typebox';

/** The version of every document of this generation. */
export const apiVersion = 'selvedge.dev/v1';

/** `sha256:` and 64 lowercase hex digits, as OCI writes digests. */
export const Digest = Type.String({
  description: 'sha256: and 64 hex digits in lower case',
  pattern: '^sha256:[0-9a-f]{64}$',
});
export type Digest = Static<typeof Digest>;

/** `owner/family`, each part lowercase letters, digits and inner hyphens. */
export const FamilyName = Type.String({
  description: 'owner/family in lower case letters, digits and inner hyphens',
  pattern: '^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?/[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$',
  maxLength: 128,
});
export type FamilyName = Static<typeof FamilyName>;

/**
 * Semantic version (semver.org 2.0.0) without build metadata, which an OCI tag cannot hold. With
 * `_` and a variant's id it still fits a tag's 128 characters.
 */
export const Version = Type.String({
  description: 'a semantic version such as 1.0.0',
  pattern: '^(0|[1-9]\\d*)\\.(0|[1-9]\\d*)\\.(0|[1-9]\\d*)(-[0-9A-Za-z.-]+)?$',
  maxLength: 63,
});
export type Version = Static<typeof Version>;

/** Lowercase identifier of a variant, channel, label, rule or target. */
export const Slug = Type.String({
  description: 'lower case letters, digits and inner . _ -',
  pattern: '^[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?$',
  maxLength: 64,
});
export type Slug = Static<typeof Slug>;

/** UTC, whole seconds: `2026-11-20T23:47:48Z`, as TUF writes its dates. */
export const Timestamp = Type.String({
  description: 'a UTC time to the second such as 2026-11-20T23:47:48Z',
  pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ$',
});
export type Timestamp = Static<typeof Timestamp>;

export const Tier = Type.Union([
  Type.Literal('device'),
  Type.Literal('edge'),
  Type.Literal('cloud'),
]);
export type Tier = Static<typeof Tier>;

/** What a model can run on. */
export const ProcessorKind = Type.Union([
  Type.Literal('cpu'),
  Type.Literal('gpu'),
  Type.Literal('npu'),
]);
export type ProcessorKind = Static<typeof ProcessorKind>;

/** Where a figure comes from: measured where it is shown, calibrated from others, or estimated. */
export const Provenance = Type.Union([
  Type.Literal('measured'),
  Type.Literal('calibrated'),
  Type.Literal('estimated'),
]);
export type Provenance = Static<typeof Provenance>;

/** Bytes addressed by content, as an OCI descriptor. `size` in bytes. */
export const Descriptor = Type.Object({
  mediaType: Type.String(),
  digest: Digest,
  size: Type.Integer({ minimum: 0 }),
  artifactType: Type.Optional(Type.String()),
  annotations: Type.Optional(Type.Record(Type.String(), Type.String())),
});
export type Descriptor = Static<typeof Descriptor>;

/** ONNX element types that tensors at the fabric's borders may have. */
export const ElementType = Type.Union([
  Type.Literal('float32'),
  Type.Literal('float64'),
  Type.Literal('float16'),
  Type.Literal('bfloat16'),
  Type.Literal('int8'),
  Type.Literal('uint8'),
  Type.Literal('int16'),
  Type.Literal('uint16'),
  Type.Literal('int32'),
  Type.Literal('uint32'),
  Type.Literal('int64'),
  Type.Literal('uint64'),
  Type.Literal('bool'),
  Type.Literal('string'),
]);
export type ElementType = Static<typeof ElementType>;

/** A model's input or output. A free dimension is its symbolic name, or `null` when unnamed. */
export const TensorSpec = Type.Object({
  name: Type.String(),
  type: ElementType,
  shape: Type.Array(Type.Union([Type.Integer({ minimum: 0 }), Type.String(), Type.Null()])),
});
export type TensorSpec = Static<typeof TensorSpec>;
