import { annotations, mediaTypes } from '@selvedge/core/release';
import type { Descriptor, FamilyName, Tier, Version } from '@selvedge/core/schema';
import { ociDigest } from '@selvedge/core/trust';

/** A document of the registry, in the exact bytes whose digest names it. */
export interface Made {
  readonly bytes: Uint8Array;
  readonly descriptor: Descriptor;
}

/** What a variant's manifest is made from. Nothing in it depends on when it was built. */
export interface VariantParts {
  readonly id: string;
  readonly tier: Tier;
  readonly precision: string;
  readonly model: { readonly digest: string; readonly size: number };
  /** Files that hold weights of the model, under the paths that it names. */
  readonly weights?: readonly {
    readonly digest: string;
    readonly size: number;
    readonly location: string;
  }[];
  readonly golden: { readonly digest: string; readonly size: number };
}

/**
 * A variant as a ModelPack manifest (github.com/modelpack/model-spec): its config, the model and
 * the golden document. The same model always gives the same digest.
 */
export async function variantManifest(
  family: FamilyName,
  variant: VariantParts,
): Promise<{ readonly config: Made; readonly manifest: Made }> {
  const { model, weights = [], golden } = variant;
  const config = await made(mediaTypes.modelConfig, {
    descriptor: { name: family, title: variant.id },
    config: { format: 'onnx', precision: variant.precision },
    modelfs: { type: 'layers', diffIds: [model, ...weights, golden].map(({ digest }) => digest) },
  });
  const manifest = await made(mediaTypes.manifest, {
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    artifactType: mediaTypes.modelArtifact,
    config: config.descriptor,
    layers: [
      layer(mediaTypes.modelWeights, model, 'model.onnx'),
      ...weights.map((file) => layer(mediaTypes.modelWeights, file, file.location)),
      layer(mediaTypes.golden, golden, 'golden.json'),
    ],
  });
  return {
    config,
    manifest: {
      ...manifest,
      descriptor: {
        ...manifest.descriptor,
        artifactType: mediaTypes.modelArtifact,
        annotations: {
          [annotations.variant]: variant.id,
          [annotations.tier]: variant.tier,
          [annotations.precision]: variant.precision,
        },
      },
    },
  };
}

/** The OCI index of a release: its variants' manifests, in order. */
export function releaseIndex(
  family: FamilyName,
  version: Version,
  manifests: readonly Descriptor[],
): Promise<Made> {
  return made(mediaTypes.index, {
    schemaVersion: 2,
    mediaType: mediaTypes.index,
    artifactType: mediaTypes.releaseArtifact,
    manifests,
    annotations: { [annotations.title]: family, [annotations.version]: version },
  });
}

const layer = (
  mediaType: string,
  blob: { digest: string; size: number },
  path: string,
): Descriptor => ({
  mediaType,
  digest: blob.digest,
  size: blob.size,
  annotations: { [annotations.filepath]: path },
});

async function made(mediaType: string, document: object): Promise<Made> {
  const bytes = new TextEncoder().encode(JSON.stringify(document));
  return { bytes, descriptor: { mediaType, digest: await ociDigest(bytes), size: bytes.length } };
}
