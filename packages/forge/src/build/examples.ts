import type { Session, Tensors } from '@selvedge/infer/engine';
import type { Dataset } from '../dataset/index.ts';
import { bytesIn, fewBytes } from './golden.ts';
import { findInputs } from './random-inputs.ts';

/** Inputs for golden cases and for timing: the first is the one that is timed. */
export interface Examples {
  readonly inputs: readonly Tensors[];
  /** `evaluation`: samples of the set. `seeded`: random numbers that the model accepts. */
  readonly origin: 'evaluation' | 'seeded';
  readonly warnings: readonly string[];
}

/** How many cases a golden document has at most. */
const exampleCount = 4;

/** The seed of random inputs: fixed, so that a build can be repeated. */
const seed = 20_261_121;

/** A few inputs that the model runs, spread over the evaluation set where there is one. */
export async function chooseExamples(
  session: Session,
  dataset: Dataset | undefined,
): Promise<Examples> {
  if (dataset) return { inputs: await spread(dataset), origin: 'evaluation', warnings: [] };
  const inputs: Tensors[] = [];
  let bytes = 0;
  // A golden document has no room for more cases than these.
  for (let at = 0; at < exampleCount && bytes <= fewBytes; at += 1) {
    const trial = await findInputs(session, seed + at);
    if ('refused' in trial) {
      const why = `no inputs were found that it runs without an evaluation set: ${trial.refused}`;
      return { inputs, origin: 'seeded', warnings: [why] };
    }
    inputs.push(trial.inputs);
    bytes += bytesIn(trial.inputs);
  }
  return { inputs, origin: 'seeded', warnings: [] };
}

/** A stateful model starts every example from the initial state. */
async function spread(dataset: Dataset): Promise<Tensors[]> {
  const count = Math.min(exampleCount, dataset.samples);
  const inputs: Tensors[] = [];
  for (let at = 0; at < count; at += 1) {
    const index = Math.floor((at * dataset.samples) / count);
    inputs.push({ ...(await dataset.sample(index)), ...dataset.sequence?.initial });
  }
  return inputs;
}
