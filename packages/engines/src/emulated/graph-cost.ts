import type { ModelBytes } from '@selvedge/infer/engine';
import { byteLength, dataTypeName, inspectModel, readModel, storedTensors } from '@selvedge/onnx';
import type { ModelCost } from './engine.ts';
import { precisionOf } from './precision.ts';

/**
 * What a model costs, counted from its graph.
 *
 * @throws SelvedgeError `bad-model`
 */
export function graphCost({ model: bytes, name = 'the model' }: ModelBytes): ModelCost {
  const model = readModel(bytes, { name });
  const { nodes, ops } = inspectModel(model);
  let weightBytes = 0;
  for (const { dataType, dims } of storedTensors(model)) {
    const elements = dims.reduce<number>((count, size) => count * Number(size), 1);
    weightBytes += byteLength(dataTypeName(dataType) ?? 'uint8', elements);
  }
  const workload = {
    macs: 0,
    weightBytes,
    activationBytes: 0,
    peakMemoryBytes: weightBytes,
    nodes,
    uncounted: Object.keys(ops),
  };
  return { workload, precision: precisionOf(model) };
}
