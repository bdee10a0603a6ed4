import { fail } from '@selvedge/core/errors';
import { makeRunner } from '@selvedge/forge';
import { readDataset } from '@selvedge/forge/dataset';
import { type Tensor, type Tensors, tensorBytes, tensorFromBytes } from '@selvedge/infer/engine';
import type { Answering, PlacedDecision } from './placed.ts';

/** Every sample of a data set, answered in order. */
export interface Answers {
  readonly samples: number;
  /** By name; the first dimension counts samples. */
  readonly outputs: Tensors;
  /** One per sample. */
  readonly decisions: readonly PlacedDecision[];
}

/**
 * Answers a data set's samples one by one, state carried along where its `sequence.json` says so.
 *
 * @throws SelvedgeError `bad-dataset`, and what an answer fails with
 */
export async function answerSamples(
  answering: Answering,
  path: string,
  progress: (done: number, of: number) => void,
): Promise<Answers> {
  const { inputs, outputs } = answering;
  const dataset = await readDataset(path, inputs);
  try {
    const decisions: PlacedDecision[] = [];
    const session = {
      inputs,
      outputs,
      run: async (sample: Tensors) => {
        const answered = await answering.answer(sample);
        decisions.push(answered.decision);
        return { outputs: answered.outputs, computeMs: 0, provenance: 'measured' as const };
      },
      close: async () => {},
    };
    const run = makeRunner(session, dataset.sequence, true);
    const answers: Tensors[] = [];
    for (let index = 0; index < dataset.samples; index += 1) {
      answers.push(...(await run([await dataset.sample(index)], index)));
      progress(index + 1, dataset.samples);
    }
    return { samples: dataset.samples, outputs: stackAnswers(answers), decisions };
  } finally {
    await dataset.close();
  }
}

function stackAnswers(answers: readonly Tensors[]): Tensors {
  const names = Object.keys(answers[0] ?? {});
  return Object.fromEntries(
    names.map((name) => [
      name,
      stack(
        name,
        answers.map((outputs) => outputs[name]!),
      ),
    ]),
  );
}

/** A batch dimension of 1 gives way to the dimension of samples; any other shape is put behind it. */
function stack(name: string, parts: readonly Tensor[]): Tensor {
  const [{ type, shape }] = parts as [Tensor];
  for (const [index, part] of parts.entries()) {
    if (`${part.shape}` === `${shape}`) continue;
    fail(
      'bad-dataset',
      `output ${name} has shape [${part.shape}] for sample ${index}, [${shape}] for sample 0`,
      {
        hint: 'run samples whose answers differ in shape one at a time',
      },
    );
  }
  const bytes = Buffer.concat(parts.map(tensorBytes));
  const rest = shape[0] === 1 ? shape.slice(1) : shape;
  return tensorFromBytes(type, [parts.length, ...rest], bytes);
}
