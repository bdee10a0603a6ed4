import { readFile } from 'node:fs/promises';
import { fail } from '@selvedge/core/errors';
import { layersOf, type Size, sizeOfLayer } from './architecture.ts';

/** A layer's learned numbers: `weights` row-major [to × fan-in], `biases` [to]. */
export interface LayerWeights {
  readonly weights: Float32Array;
  readonly biases: Float32Array;
}

/**
 * Reads the committed weights of a size, in the order of its layers. The file is little-endian
 * float32: each layer's weights, then its biases.
 * @throws SelvedgeError `bad-input` when the file does not fit the architecture.
 */
export async function readWeights(size: Size): Promise<LayerWeights[]> {
  const file = await readFile(new URL(`../weights/${size}.bin`, import.meta.url));
  const layers = layersOf(size).map(sizeOfLayer);
  const expected = 4 * layers.reduce((sum, layer) => sum + layer.weights + layer.biases, 0);
  if (file.length !== expected) {
    fail('bad-input', `weights/${size}.bin has ${file.length} bytes, expected ${expected}`, {
      hint: 'train the size again',
    });
  }
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  let at = 0;
  const take = (length: number): Float32Array => {
    const values = Float32Array.from({ length }, (_, i) => view.getFloat32(at + 4 * i, true));
    at += 4 * length;
    return values;
  };
  return layers.map(({ weights, biases }) => ({ weights: take(weights), biases: take(biases) }));
}
