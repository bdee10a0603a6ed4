import { fail } from '@selvedge/core/errors';
import type { Session, Tensor, Tensors } from '@selvedge/infer/engine';
import type { Sequence } from '../dataset/index.ts';
import { mayBatch, runBatch, sameAnswers } from './batch.ts';

/** Answers samples in order. `first` is the index of the first of them in the data set. */
export type Runner = (samples: readonly Tensors[], first: number) => Promise<Tensors[]>;

/**
 * The way to run a data set's samples through a session: with state where a sequence says so,
 * stacked where that changes no answer, otherwise one by one.
 *
 * @param coupled never stack: the precision computes with ranges over the whole batch
 */
export function makeRunner(
  session: Session,
  sequence: Sequence | undefined,
  coupled: boolean,
): Runner {
  if (sequence) return sequenceRunner(session, sequence);
  if (coupled || !mayBatch(session)) return (samples) => runEach(session, samples);
  return batchRunner(session);
}

/** How many samples are run both ways before batches are trusted. */
const probeSize = 4;

function batchRunner(session: Session): Runner {
  let trusted: boolean | undefined;
  return async (samples) => {
    if (trusted === undefined && samples.length > 1) {
      trusted = await probe(session, samples.slice(0, probeSize));
    }
    return trusted ? runBatch(session, samples) : runEach(session, samples);
  };
}

async function probe(session: Session, samples: readonly Tensors[]): Promise<boolean> {
  const alone = await runEach(session, samples);
  const stacked = await runBatch(session, samples).catch(() => undefined);
  return stacked !== undefined && sameAnswers(alone, stacked);
}

async function runEach(session: Session, samples: readonly Tensors[]): Promise<Tensors[]> {
  const answers: Tensors[] = [];
  for (const inputs of samples) answers.push((await session.run(inputs)).outputs);
  return answers;
}

function sequenceRunner(session: Session, sequence: Sequence): Runner {
  let state = sequence.initial;
  return async (samples, first) => {
    const answers: Tensors[] = [];
    for (const [at, inputs] of samples.entries()) {
      if (sequence.restarts.includes(first + at)) state = sequence.initial;
      const { outputs } = await session.run({ ...inputs, ...state });
      state = nextState(state, outputs, sequence);
      answers.push(outputs);
    }
    return answers;
  };
}

function nextState(state: Tensors, outputs: Tensors, { feeds }: Sequence): Tensors {
  const fed = Object.entries(feeds).map(([output, input]): [string, Tensor] => {
    const tensor = outputs[output];
    if (tensor) return [input, tensor];
    return fail(
      'bad-dataset',
      `sequence.json: the model has no output ${output} to feed ${input}`,
      {
        hint: `its outputs are ${Object.keys(outputs).join(', ')}`,
        details: { output, input },
      },
    );
  });
  return { ...state, ...Object.fromEntries(fed) };
}
