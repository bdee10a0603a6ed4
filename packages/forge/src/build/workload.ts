import type { Workload } from '@selvedge/core/release';
import type { Engine, Tensors } from '@selvedge/infer/engine';
import { concat, countModel, edit, type Model, make, readModel, writeModel } from '@selvedge/onnx';
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
  if (!observation || counted.unknownShapes.length === 0) return counted.workload;
  const shapes = await observeShapes(model, file, counted.unknownShapes, observation);
  return countModel(model, { shapes }).workload;
}

/** Runs the model with the unknown values as further outputs. Values that are no tensors stay out. */
async function observeShapes(
  model: Model,
  { data }: ModelFile,
  unknown: readonly string[],
  { engine, inputs }: Observation,
): Promise<Map<string, readonly number[]>> {
  const shapes = new Map(Object.entries(inputs).map(([name, { shape }]) => [name, shape]));
  const { graph } = model;
  const given = new Set([...graph.input, ...graph.output].map(({ name }) => name));
  const more = unknown.filter((name) => !given.has(name));
  const output = [...graph.output, ...more.map((name) => make('ValueInfoProto', { name }))];
  const watched = concat(writeModel(edit(model, { graph: edit(graph, { output }) })));
  const file = { bytes: watched, ...(data && { data }) };
  const session = await engine.load(engineModel(file, 'the model')).catch(() => undefined);
  if (!session) return shapes;
  try {
    const { outputs } = await session.run(inputs);
    for (const [name, { shape }] of Object.entries(outputs)) shapes.set(name, shape);
  } catch {
    // The variant itself runs: what fails is the looking, and shapes then stay unknown.
  } finally {
    await session.close();
  }
  return shapes;
}
