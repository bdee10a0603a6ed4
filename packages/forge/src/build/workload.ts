import type { Workload } from '@selvedge/core/release';
import type { Engine, Tensors } from '@selvedge/infer/engine';
import { concat, countModel, type Model, readModel, writeModel } from '@selvedge/onnx';
import { observe } from '../observe/index.ts';
import { engineModel, type ModelFile } from './model-file.ts';

/** A run to look at where the graph alone does not tell every shape. */
export interface Observation {
  readonly engine: Engine;
  readonly inputs: Tensors;
}

/**
 * What one run of a model costs. Shapes that the graph does not tell are taken from a real run;
 * what is still unknown after it stays in `uncounted`.
 */
export async function countWorkload(
  file: ModelFile,
  name: string,
  observation?: Observation,
): Promise<Workload> {
  const model = readModel(file.bytes, { name });
  const counted = countModel(model);
  const isWhole = !counted.workload.uncounted && counted.unknownShapes.length === 0;
  if (!observation || isWhole) return counted.workload;
  const { engine, inputs } = observation;
  const load = (watched: Model) =>
    engine.load(engineModel({ ...file, bytes: concat(writeModel(watched)) }, 'the model'));
  const seen = await observe(model, load, inputs);
  const { workload, storedBytes } = countModel(seen.model, seen);
  // Branches that the run did not take are in memory all the same.
  const untaken = Math.max(0, counted.storedBytes - storedBytes);
  return { ...workload, peakMemoryBytes: workload.peakMemoryBytes + untaken };
}
