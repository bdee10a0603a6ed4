import type { ModelBytes } from '@selvedge/infer/engine';
import { countModel, type Model, type ModelCounts, readModel } from '@selvedge/onnx';
import type { ModelCost, Shapes } from './cost.ts';
import { precisionOf } from './precision.ts';

/** A model's cost, with what each of its nodes contributes. */
export interface GraphCost extends ModelCost {
  readonly nodes: ModelCounts['nodes'];
  readonly kernels: ModelCounts['kernels'];
  readonly model: Model;
}

/**
 * Reads a model's graph; the function it returns counts what one inference costs for inputs of
 * given shapes. Free dimensions whose size is not known are 1. Where operators could not be
 * counted, the workload names them and the figures are lower bounds.
 *
 * @throws SelvedgeError `bad-model`
 */
export function graphCost({ model: bytes, name = 'the model' }: ModelBytes) {
  const model = readModel(bytes, { name });
  const precision = precisionOf(model);
  return (shapes: Shapes = new Map()): GraphCost => {
    const { workload, nodes, kernels } = countModel(model, { shapes });
    return { workload, precision, nodes, kernels, model };
  };
}

/** Whether a cost was counted on a graph, which can then be divided. */
export const isGraphCost = (cost: ModelCost): cost is GraphCost =>
  'model' in cost && 'kernels' in cost;
