import type { ModelBytes } from '@selvedge/infer/engine';
import { countModel, readModel } from '@selvedge/onnx';
import type { ModelCost } from './engine.ts';
import { precisionOf } from './precision.ts';

/**
 * What a model costs, counted from its graph. Where operators could not be counted, the workload
 * names them and the figures are lower bounds.
 *
 * @param shapes of inputs, where a request's are known; free dimensions are 1 otherwise.
 * @throws SelvedgeError `bad-model`
 */
export function graphCost(
  { model: bytes, name = 'the model' }: ModelBytes,
  shapes: ReadonlyMap<string, readonly number[]> = new Map(),
): ModelCost {
  const model = readModel(bytes, { name });
  return { workload: countModel(model, { shapes }).workload, precision: precisionOf(model) };
}
