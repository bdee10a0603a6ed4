import { fail } from '@selvedge/core/errors';
import { annotations, mediaTypes, type ReleaseVariant } from '@selvedge/core/release';
import { Descriptor, parseDocument } from '@selvedge/core/schema';
import { type Static, Type } from 'typebox';

/** A variant's OCI manifest, as far as a device reads it. */
const Manifest = Type.Object({
  schemaVersion: Type.Literal(2),
  config: Descriptor,
  layers: Type.Array(Descriptor, { minItems: 2 }),
});

/** What a variant is made of. */
export interface VariantLayers {
  readonly model: Descriptor;
  /** External data by the location that the model names. */
  readonly external: Readonly<Record<string, Descriptor>>;
  readonly golden: Descriptor;
  /** All of the above. */
  readonly all: readonly Descriptor[];
}

/** The file name of the layer that is the model itself. */
const modelPath = 'model.onnx';

/**
 * Reads a variant's manifest and checks it against the signed release: the layers are the model,
 * its external data and one golden document, and their sizes sum to what was signed.
 *
 * @throws SelvedgeError `bad-document`, `trust-mismatch`
 */
export function readVariantManifest(bytes: Uint8Array, variant: ReleaseVariant): VariantLayers {
  const from = `manifest ${variant.manifest.digest} of ${variant.id}`;
  const manifest = parseDocument(Manifest, parseJson(bytes, from), from);
  const weights = manifest.layers.filter((layer) => layer.mediaType === mediaTypes.modelWeights);
  const golden = manifest.layers.filter((layer) => layer.mediaType === mediaTypes.golden);
  const byPath = new Map(
    weights.map((layer) => [layer.annotations?.[annotations.filepath], layer]),
  );
  const model = byPath.get(modelPath);
  if (!model || golden.length !== 1 || byPath.has(undefined) || byPath.size !== weights.length) {
    fail(
      'bad-document',
      `${from}: expected a layer ${modelPath}, named layers and one golden document`,
    );
  }
  checkSum(manifest, variant, from);
  byPath.delete(modelPath);
  const external = Object.fromEntries(byPath) as Record<string, Descriptor>;
  return { model, external, golden: golden[0]!, all: [...weights, golden[0]!] };
}

function parseJson(bytes: Uint8Array, from: string): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    return fail('bad-document', `${from}: not JSON`, { cause });
  }
}

function checkSum(manifest: Static<typeof Manifest>, variant: ReleaseVariant, from: string): void {
  const sum = manifest.layers.reduce((total, layer) => total + layer.size, 0);
  if (sum === variant.bytes) return;
  fail(
    'trust-mismatch',
    `${from}: its layers have ${sum} bytes, the release signs ${variant.bytes}`,
  );
}
