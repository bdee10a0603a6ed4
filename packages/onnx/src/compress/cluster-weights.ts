import { makeNode, makeTensor } from '../build/make.ts';
import type { PassResult } from '../pass/report.ts';
import { dataTypes } from '../tensor/data-type.ts';
import { tensorShape } from '../tensor/values.ts';
import type { Model } from '../wire/model.ts';
import { type CompressOptions, mapWeights } from './map-weights.ts';
import { makePalette } from './palette.ts';

export interface ClusterOptions extends CompressOptions {
  /** Values that each tensor's weights are drawn from, 2 to 256. Default 256. */
  readonly clusters?: number;
  /**
   * `codes` (the default): a byte per weight and the palette, from which Cast and Gather make
   * float32 as the model loads. `values`: float32 as before, which only a compressor makes smaller.
   */
  readonly form?: 'codes' | 'values';
}

/**
 * Draws the weights of each tensor from a palette of a few values (Han et al. 2016,
 * arXiv:1510.00149, section 3). Computes in float32: an engine that folds constants makes the
 * weights once, so running costs what it did, in memory too.
 */
export function clusterWeights(model: Model, options: ClusterOptions = {}): PassResult {
  const { clusters = 256, form = 'codes' } = options;
  return mapWeights(model, options, (tensor, weights, fresh) => {
    const { values, codes } = makePalette(weights, clusters);
    const dims = tensorShape(tensor);
    if (form === 'values') {
      const value = fresh('clustered');
      const drawn = Float32Array.from(codes, (code) => values[code]!);
      return { tensors: [makeTensor(value, dims, drawn)], value, nodes: () => [] };
    }
    const [code, palette] = [fresh('codes'), fresh('palette')];
    return {
      tensors: [makeTensor(code, dims, codes), makeTensor(palette, [values.length], values)],
      value: fresh('drawn'),
      nodes: (output) => [
        makeNode('Cast', [code], [`${output}.index`], { to: dataTypes.int32 }),
        makeNode('Gather', [palette, `${output}.index`], [output]),
      ],
    };
  });
}
