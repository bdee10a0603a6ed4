import { makeTensor } from '../build/make.ts';
import type { PassResult } from '../pass/report.ts';
import { tensorShape } from '../tensor/values.ts';
import type { Model } from '../wire/model.ts';
import { type CompressOptions, mapWeights } from './map-weights.ts';

export interface PruneOptions extends CompressOptions {
  /** Share of each tensor's weights that become 0, from 0 to 1. Default 0.3. */
  readonly share?: number;
}

/**
 * Sets the weights with the smallest magnitudes of each tensor to 0 (Han et al. 2015,
 * arXiv:1506.02626). The file stays as large and the model as slow; what gets smaller is what a
 * compressor makes of it on the way to a device.
 */
export function pruneWeights(model: Model, options: PruneOptions = {}): PassResult {
  const { share = 0.3 } = options;
  return mapWeights(model, options, (tensor, weights, fresh) => {
    const magnitudes = weights.map(Math.abs).sort();
    const limit = magnitudes[Math.floor(share * magnitudes.length) - 1] ?? -1;
    const pruned = weights.map((weight) => (Math.abs(weight) <= limit ? 0 : weight));
    const value = fresh('pruned');
    return {
      tensors: [makeTensor(value, tensorShape(tensor), pruned)],
      value,
      nodes: () => [],
    };
  });
}
