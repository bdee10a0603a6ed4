import { join } from 'node:path';
import { fail, isSelvedgeError, toSelvedgeError } from '@selvedge/core/errors';
import type { Engine, Session, Tensor, Tensors } from '@selvedge/infer/engine';
import { concat, firstNotFinite, type Model, writeModel } from '@selvedge/onnx';
import { type Dataset, fileNameOf } from '../dataset/index.ts';

export interface ObserveOptions {
  /** Loads the model that is run; by default as one file, which ends at 2 GiB. */
  readonly load?: (model: Model) => Promise<Session>;
  /**
   * The model without what shows its values. Where it answers what the other fails on, no sample is to
   * blame.
   */
  readonly plain?: Model;
  readonly onProgress?: (done: number, samples: number) => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs a model over a data set and shows what goes in and what comes out, one sample at a time: while
 * one is looked at the engine computes the next, and no more than two are in memory. A stateful model
 * goes through its sequence.
 *
 * @param model with what is to be seen among its outputs (`exposeValues`, `addObservers`)
 * @param see what is done with the inputs and outputs of a sample; they are gone afterwards
 * @throws SelvedgeError `bad-dataset` for a sample that is not finite, does not run, or makes
 * what `see` refuses with `bad-input`; `bad-model` where the engine does not load the model, or runs
 * only the plain one; `cancelled`
 */
export async function observeValues(
  engine: Engine,
  model: Model,
  dataset: Dataset,
  see: (values: Tensors, sample: number) => void,
  options: ObserveOptions = {},
): Promise<void> {
  const load = options.load ?? wholeIn(engine);
  const session = await load(model);
  try {
    await walk({ session, answers: answering(load, options.plain) }, dataset, see, options);
  } finally {
    await session.close();
  }
}

const wholeIn = (engine: Engine) => (model: Model) =>
  engine.load({ model: concat(writeModel(model)), name: 'the model' });

/** What is run, and whether its plain form answers the same. */
interface Subject {
  readonly session: Session;
  answers(inputs: Tensors): Promise<boolean>;
}

const answering =
  (load: (model: Model) => Promise<Session>, plain: Model | undefined) =>
  async (inputs: Tensors): Promise<boolean> => {
    if (!plain) return false;
    const session = await load(plain);
    try {
      await session.run(inputs);
      return true;
    } catch {
      return false;
    } finally {
      await session.close();
    }
  };

async function walk(
  subject: Subject,
  dataset: Dataset,
  see: (values: Tensors, sample: number) => void,
  { onProgress, signal }: ObserveOptions,
): Promise<void> {
  let state = dataset.sequence?.initial ?? {};
  onProgress?.(0, dataset.samples);
  let coming = start(subject, dataset, 0, state);
  for (let sample = 0; sample < dataset.samples; sample += 1) {
    if (signal?.aborted) {
      await coming.catch(() => {});
      fail('cancelled', 'the calibration was cancelled');
    }
    const { inputs, outputs } = await coming;
    state = nextState(dataset, sample + 1, state, outputs);
    if (sample + 1 < dataset.samples) coming = start(subject, dataset, sample + 1, state);
    try {
      see({ ...inputs, ...outputs }, sample);
    } catch (caught) {
      await coming.catch(() => {});
      throw blame(caught, dataset, sample);
    }
    onProgress?.(sample + 1, dataset.samples);
  }
}

interface Ran {
  readonly inputs: Tensors;
  readonly outputs: Tensors;
}

/** A run that is under way; its failure waits until somebody asks for it. */
function start(subject: Subject, dataset: Dataset, sample: number, state: Tensors): Promise<Ran> {
  const running = run(subject, dataset, sample, state);
  running.catch(() => {});
  return running;
}

async function run(
  { session, answers }: Subject,
  dataset: Dataset,
  sample: number,
  state: Tensors,
): Promise<Ran> {
  const given = await dataset.sample(sample);
  for (const [name, tensor] of Object.entries(given)) checkFinite(dataset, sample, name, tensor);
  const inputs = { ...given, ...state };
  try {
    return { inputs, outputs: (await session.run(inputs)).outputs };
  } catch (caught) {
    if (await answers(inputs)) return notShown(caught);
    throw blame(caught, dataset, sample);
  }
}

const notShown = (cause: unknown): never =>
  fail('bad-model', `the engine runs it, but does not show its values: ${messageOf(cause)}`, {
    cause,
  });

const messageOf = (caught: unknown): string => toSelvedgeError(caught).message;

function checkFinite(dataset: Dataset, sample: number, name: string, { data }: Tensor): void {
  if (!(data instanceof Float32Array || data instanceof Float64Array)) return;
  const at = firstNotFinite(data);
  if (at < 0) return;
  const file = fileOf(dataset, name);
  fail('bad-dataset', `${file}: sample ${sample} holds ${data[at]}, ${name} takes finite numbers`, {
    hint: 'remove the sample or replace the value',
    details: { file, sample, input: name, element: at },
  });
}

const fileOf = ({ path }: Dataset, input: string): string =>
  /\.np[yz]$/.test(path) ? path : join(path, `${fileNameOf(input)}.npy`);

/** The model loaded and the samples fit, so what goes wrong now is what this sample does to it. */
function blame(caught: unknown, dataset: Dataset, sample: number): Error {
  const error = toSelvedgeError(caught, 'engine-failed');
  if (error.code !== 'bad-input' && error.code !== 'engine-failed') return error;
  try {
    return fail('bad-dataset', `${dataset.path}: sample ${sample}: ${error.message}`, {
      hint: 'remove the sample, or correct the model',
      details: { file: dataset.path, sample },
      cause: caught,
    });
  } catch (made) {
    return isSelvedgeError(made) ? made : error;
  }
}

function nextState(dataset: Dataset, next: number, state: Tensors, outputs: Tensors): Tensors {
  const { sequence } = dataset;
  if (!sequence) return state;
  if (sequence.restarts.includes(next)) return sequence.initial;
  const fed = Object.entries(sequence.feeds).map(([output, input]): [string, Tensor] => {
    const tensor = outputs[output];
    if (tensor) return [input, tensor];
    return fail(
      'bad-dataset',
      `sequence.json: the model has no output ${output} to feed ${input}`,
      {
        hint: `its outputs are ${Object.keys(outputs).slice(0, 20).join(', ')}`,
        details: { output, input },
      },
    );
  });
  return { ...state, ...Object.fromEntries(fed) };
}
