import { annotations, mediaTypes } from '@selvedge/core/release';
import { describe, expect, it } from 'vitest';
import { variantManifest } from './manifests.ts';

const digest = (letter: string) => `sha256:${letter.repeat(64)}`;
const variant = {
  id: 'device-fp16',
  tier: 'device' as const,
  precision: 'fp16',
  model: { digest: digest('a'), size: 10 },
  golden: { digest: digest('c'), size: 5 },
};
const parse = (bytes: Uint8Array) => JSON.parse(new TextDecoder().decode(bytes));

describe("a variant's manifest", () => {
  it('has the model and the golden document as layers', async () => {
    const { layers } = parse((await variantManifest('acme/digits', variant)).manifest.bytes);
    expect(layers).toHaveLength(2);
    expect(layers[0]).toMatchObject({ annotations: { [annotations.filepath]: 'model.onnx' } });
  });

  it('has weights that stand beside the model as further layers, under the paths it names', async () => {
    const weights = [{ digest: digest('b'), size: 3e9, location: 'model.onnx.data' }];
    const { config, manifest } = await variantManifest('acme/digits', { ...variant, weights });
    const { layers } = parse(manifest.bytes);
    expect(layers.map(({ digest }: { digest: string }) => digest)).toEqual(
      ['a', 'b', 'c'].map(digest),
    );
    expect(layers[1]).toEqual({
      mediaType: mediaTypes.modelWeights,
      digest: digest('b'),
      size: 3e9,
      annotations: { [annotations.filepath]: 'model.onnx.data' },
    });
    expect(parse(config.bytes).modelfs.diffIds).toEqual(['a', 'b', 'c'].map(digest));
  });
});
