import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { WrittenDataset } from '../../packages/forge/src/dataset/index.ts';
import { concat, inspectModel, type Model, writeModel } from '../../packages/onnx/src/index.ts';

/** What a model answers to a data set: each output's numbers, sample after sample. */
export type Answers = Readonly<Record<string, Float32Array>>;

/** Runs a model in ONNX Runtime over a data set of float32 or int32, in order, its state carried along. */
export async function runDataset(
  model: Model,
  { inputs, sequence }: WrittenDataset,
  look: (values: Readonly<Record<string, Tensor>>) => void = () => {},
): Promise<Answers> {
  const session = await InferenceSession.create(concat(writeModel(model)), {
    logSeverityLevel: 4,
    intraOpNumThreads: 1,
  });
  const given = inspectModel(model).inputs;
  const feeds: Record<string, Tensor> = {};
  for (const { name, type, shape } of given) {
    const value = sequence?.initial?.[name] ?? sequence?.constants?.[name];
    if (value !== undefined) feeds[name] = filled(value, type === 'int64', shape);
  }
  const parts: Record<string, Float32Array[]> = {};
  const count = Object.values(inputs)[0]!.shape[0]!;
  for (let sample = 0; sample < count; sample++) {
    for (const { name, shape } of given) {
      const rows = inputs[name];
      if (rows) feeds[name] = rowOf(rows, count, sample, shape);
    }
    const values = (await session.run(feeds)) as Record<string, Tensor>;
    look({ ...feeds, ...values });
    for (const [name, { data }] of Object.entries(values)) {
      parts[name] ??= [];
      parts[name].push(Float32Array.from(data as ArrayLike<number>));
    }
    for (const [output, input] of Object.entries(sequence?.feeds ?? {}))
      feeds[input] = values[output]!;
  }
  await session.release();
  return Object.fromEntries(Object.entries(parts).map(([name, all]) => [name, joined(all)]));
}

type Rows = WrittenDataset['inputs'][string];

function filled(value: unknown, isInteger: boolean, shape: readonly unknown[]): Tensor {
  const dims = shape.map((size) => (typeof size === 'number' ? size : 1));
  const length = dims.reduce((product, size) => product * size, 1);
  if (isInteger)
    return new Tensor(
      'int64',
      BigInt64Array.from({ length }, () => BigInt(value as number)),
      dims,
    );
  const number = typeof value === 'number' ? value : 0;
  return new Tensor('float32', new Float32Array(length).fill(number), dims);
}

/** One sample in the shape the model wants; its free dimensions come from the data. */
function rowOf(rows: Rows, count: number, sample: number, wanted: readonly unknown[]): Tensor {
  const size = rows.data.length / count;
  const rest =
    rows.shape.length === wanted.length ? [1, ...rows.shape.slice(1)] : rows.shape.slice(1);
  const dims = wanted.map((length, at) => (typeof length === 'number' ? length : (rest[at] ?? 1)));
  const row = rows.data.slice(sample * size, (sample + 1) * size);
  return row instanceof Int32Array
    ? new Tensor('int32', row, dims)
    : new Tensor('float32', row as Float32Array, dims);
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Signal to noise of all numbers of an output, dB. */
export function decibels(reference: Float32Array, answer: Float32Array): number {
  let [signal, noise] = [0, 0];
  for (let at = 0; at < reference.length; at++) {
    signal += reference[at]! ** 2;
    noise += (reference[at]! - answer[at]!) ** 2;
  }
  return noise === 0 ? Number.POSITIVE_INFINITY : 10 * Math.log10(signal / noise);
}
