/**
 * Releases small enough for a test, of real parts: an ONNX model that multiplies its input, its
 * golden document, a manifest over both.
 */
import { createHash } from 'node:crypto';
import {
  annotations,
  type Channel,
  type Golden,
  mediaTypes,
  type Release,
  type ReleaseVariant,
} from '@selvedge/core/release';
import { apiVersion, type Descriptor, type FamilyName, type Tier } from '@selvedge/core/schema';
import { makeTensor } from '@selvedge/infer/engine';
import { encodeInlineTensor } from '@selvedge/infer/golden';
import { concat, graphBuilder, writeModel } from '@selvedge/onnx';

export interface TinyVariantOptions {
  readonly id?: string;
  readonly tier?: Tier;
  /** The model answers `x · scale`. */
  readonly scale?: number;
  /** What its golden document expects; another value makes it fail. */
  readonly goldenScale?: number;
  /** What the golden document says that its reader must know. */
  readonly goldenCritical?: readonly string[];
  /** Bytes that fill the model up. */
  readonly padding?: number;
  readonly quality?: number;
  readonly precision?: string;
}

export interface TinyVariant {
  readonly variant: ReleaseVariant;
  /** Manifest and layers by digest. */
  readonly blobs: ReadonlyMap<string, Uint8Array>;
  readonly model: Uint8Array;
  readonly golden: Golden;
}

export interface TinyRelease {
  readonly release: Release;
  readonly channel: Channel;
  readonly blobs: ReadonlyMap<string, Uint8Array>;
}

export const inputSpecs = [{ name: 'x', type: 'float32', shape: [1, 4] }] as const;
export const outputSpecs = [{ name: 'y', type: 'float32', shape: [1, 4] }] as const;
export const tinyInput = (values = [1, 2, 3, 4]) => ({
  x: makeTensor('float32', [1, 4], Float32Array.from(values)),
});

export function tinyRelease(
  family: FamilyName,
  version: string,
  variants: readonly TinyVariantOptions[] = [{}],
): TinyRelease {
  const built = variants.map(tinyVariant);
  const header = { apiVersion, family } as const;
  const release: Release = {
    ...header,
    kind: 'Release',
    version,
    createdAt: '2026-11-20T00:00:00Z',
    index: describe(mediaTypes.index, new TextEncoder().encode(`index of ${version}`)),
    inputs: inputSpecs.map((spec) => ({ ...spec, shape: [...spec.shape] })),
    outputs: outputSpecs.map((spec) => ({ ...spec, shape: [...spec.shape] })),
    variants: built.map(({ variant }) => variant),
  };
  return {
    release,
    channel: { ...header, kind: 'Channel', channel: 'stable', version },
    blobs: new Map(built.flatMap(({ blobs }) => [...blobs])),
  };
}

export function tinyVariant(options: TinyVariantOptions = {}): TinyVariant {
  const { id = 'device-fp32', tier = 'device', scale = 2, precision = 'fp32' } = options;
  const model = tinyModel(scale, options.padding ?? 0);
  const { goldenCritical: critical } = options;
  const golden = {
    ...tinyGolden(options.goldenScale ?? scale),
    ...(critical && { critical: [...critical] }),
  };
  const goldenBytes = new TextEncoder().encode(JSON.stringify(golden));
  const weights = describe(mediaTypes.modelWeights, model, {
    [annotations.filepath]: 'model.onnx',
  });
  const config = new TextEncoder().encode('{}');
  const layers = [weights, describe(mediaTypes.golden, goldenBytes)];
  const manifest = new TextEncoder().encode(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: mediaTypes.manifest,
      artifactType: mediaTypes.modelArtifact,
      config: describe(mediaTypes.modelConfig, config),
      layers,
    }),
  );
  const bytes = layers.reduce((sum, { size }) => sum + size, 0);
  const quality = options.quality ?? 0.9;
  const variant: ReleaseVariant = {
    id,
    tier,
    precision,
    engine: 'onnxruntime',
    opset: 21,
    manifest: describe(mediaTypes.manifest, manifest),
    bytes,
    workload: { macs: 4, weightBytes: 4, activationBytes: 32, peakMemoryBytes: bytes, nodes: 3 },
    quality: {
      metric: 'top1',
      value: quality,
      reference: quality,
      drop: 0,
      interval: [0, 0],
      samples: 1000,
      provenance: 'measured',
    },
    latency: [],
  };
  const blobs = new Map(
    [manifest, model, goldenBytes, config].map((blob) => [digestOf(blob), blob]),
  );
  return { variant, blobs, model, golden };
}

/** `y = x · scale`, with a constant that is read and adds nothing. */
function tinyModel(scale: number, padding: number): Uint8Array {
  const g = graphBuilder('tiny', { opset: 21 });
  const x = g.input('x', 'float32', [1, 4]);
  const filler = new Float32Array(1 + (padding >> 2)).map((_, at) => (at === 0 ? 0 : at * 1.37));
  const pad = g.constant('filler', [filler.length], filler);
  const first = g.node('Gather', [pad, g.constant('zero', [1], BigInt64Array.of(0n))]);
  const scaled = g.node('Mul', [x, g.constant('scale', [1], Float32Array.of(scale))]);
  g.output(g.node('Add', [scaled, first], {}, 'y'), 'float32', [1, 4]);
  return concat(writeModel(g.build()));
}

function tinyGolden(scale: number): Golden {
  const inputs = tinyInput();
  const y = makeTensor(
    'float32',
    [1, 4],
    Float32Array.from([1, 2, 3, 4], (value) => value * scale),
  );
  return {
    apiVersion,
    kind: 'Golden',
    cases: [{ inputs: { x: encodeInlineTensor(inputs.x) }, outputs: { y: encodeInlineTensor(y) } }],
    tolerance: { y: { absolute: 1e-4, relative: 1e-4 } },
  };
}

export const digestOf = (bytes: Uint8Array): string =>
  `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

function describe(
  mediaType: string,
  bytes: Uint8Array,
  notes?: Record<string, string>,
): Descriptor {
  return {
    mediaType,
    digest: digestOf(bytes),
    size: bytes.length,
    ...(notes && { annotations: notes }),
  };
}
