import type { Workload } from '@selvedge/core/release';
import { createOrtEngine } from '@selvedge/engines/ort-node';
import type { Tensors } from '@selvedge/infer/engine';
import { engineModel, type ModelFile } from '../build/model-file.ts';
import { findInputs } from '../build/random-inputs.ts';
import { countWorkload } from '../build/workload.ts';

/** What a run costs, and with inputs of which sizes where a run had to be looked at. */
export interface TrialWorkload {
  readonly workload: Workload;
  /** Shapes of the inputs that were found and run; absent where the graph tells all. */
  readonly tried?: Readonly<Record<string, readonly number[]>>;
}

/** The seed of the inputs that are tried: fixed, so that a figure can be repeated. */
const seed = 1;

/**
 * What one run of a model costs, as its graph tells it. Where that leaves something uncounted, the
 * model is run once with inputs that it takes (see `findInputs`), and what was seen is counted; a
 * model that no engine here runs keeps the graph's figures.
 */
export async function countByTrial(file: ModelFile, name: string): Promise<TrialWorkload> {
  const workload = await countWorkload(file, name);
  if (!workload.uncounted) return { workload };
  const engine = createOrtEngine({ threads: 1 });
  try {
    const session = await engine.load(engineModel(file, name));
    const trial = await findInputs(session, seed);
    await session.close();
    if ('refused' in trial) return { workload };
    const { inputs } = trial;
    return {
      workload: await countWorkload(file, name, { engine, inputs }),
      tried: shapesOf(inputs),
    };
  } catch {
    // What cannot be run here is still worth inspecting.
    return { workload };
  } finally {
    await engine.close();
  }
}

const shapesOf = (inputs: Tensors): Record<string, readonly number[]> =>
  Object.fromEntries(Object.entries(inputs).map(([name, { shape }]) => [name, shape]));
