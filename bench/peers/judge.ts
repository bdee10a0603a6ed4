import type { Tensor, Tensors } from '@selvedge/infer/engine';
import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';

/** What a model answers to one sample: every output's numbers. */
export type Answer = Readonly<Record<string, ArrayLike<number>>>;

/** Runs a model over samples, one at a time. */
export async function answersOf(
  model: Uint8Array,
  samples: Tensors,
  shapes: Readonly<Record<string, readonly number[]>>,
): Promise<Answer[]> {
  const options = { intraOpNumThreads: 1, logSeverityLevel: 3 } as const;
  const session = await InferenceSession.create(model, options);
  const count = Object.values(samples)[0]!.shape[0]!;
  const answers: Answer[] = [];
  for (let at = 0; at < count; at++) {
    const feeds = Object.entries(samples).map(([name, tensor]) => [
      name,
      rowOf(tensor, at, shapes[name]!),
    ]);
    const outputs = await session.run(Object.fromEntries(feeds));
    answers.push(
      Object.fromEntries(
        Object.entries(outputs).map(([name, { data }]) => [name, data as Float32Array]),
      ),
    );
  }
  await session.release();
  return answers;
}

function rowOf({ type, shape, data }: Tensor, at: number, dims: readonly number[]): OrtTensor {
  const size = data.length / shape[0]!;
  const row = data.slice(at * size, (at + 1) * size);
  return new OrtTensor(type as 'float32', row as Float32Array, dims);
}

/** 1 where the largest output is the labelled one, else 0, of each sample. */
export const hits = (answers: readonly Answer[], labels: readonly number[]): number[] =>
  answers.map((answer, at) => (largest(Object.values(answer)[0]!) === labels[at] ? 1 : 0));

/**
 * Signal to noise of each sample against the float model, dB: of every output, and then their mean,
 * so that a small output counts as much as a large one. What is exact counts as 120 dB.
 */
export const decibels = (reference: readonly Answer[], answers: readonly Answer[]): number[] =>
  reference.map((wanted, at) => {
    const each = Object.entries(wanted).map(([name, values]) => ratio(values, answers[at]![name]!));
    return each.reduce((sum, value) => sum + value, 0) / each.length;
  });

function ratio(wanted: ArrayLike<number>, found: ArrayLike<number>): number {
  let [signal, noise] = [0, 0];
  for (let at = 0; at < wanted.length; at++) {
    const [a, b] = [Number(wanted[at]), Number(found[at])];
    signal += a * a;
    noise += (a - b) ** 2;
  }
  if (noise === 0) return 120;
  // An output that should be zero and is not, or that is not a number, is all noise.
  return Number.isFinite(noise)
    ? Math.max(-60, Math.min(120, 10 * Math.log10(signal / noise)))
    : -60;
}

function largest(values: ArrayLike<number>): number {
  let best = 0;
  for (let at = 1; at < values.length; at++) if (values[at]! > values[best]!) best = at;
  return best;
}
