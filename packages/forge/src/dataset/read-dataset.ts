import { fail } from '@selvedge/core/errors';
import type { TensorSpec } from '@selvedge/core/schema';
import type { Tensor, Tensors } from '@selvedge/infer/engine';
import { convertElements } from './convert.ts';
import type { Dataset, DatasetOptions } from './dataset.ts';
import { fileNameOf } from './file-name.ts';
import { type Folder, openFolder } from './folder.ts';
import { readLabels } from './labels.ts';
import type { RowSource } from './row-source.ts';
import { sampleShape } from './sample-shape.ts';
import { parseSequence, type Sequence } from './sequence.ts';

/**
 * Opens a data set for a model: a directory with one `<input name>.npy` per input (first
 * dimension = samples), an `.npz` with the same names, or, for a model with one input, one `.npy`.
 * `labels.npy`, `expected.<output name>.npy` and `sequence.json` are read where they are there.
 *
 * @param inputs the model's inputs
 * @throws SelvedgeError `bad-dataset` naming the file, what was expected and what was found
 */
export async function readDataset(
  path: string,
  inputs: readonly TensorSpec[],
  options: DatasetOptions = {},
): Promise<Dataset> {
  const folder = await openFolder(path, inputs);
  try {
    const sequence = await readSequence(folder, inputs);
    const columns = await openColumns(folder, inputs, sequence);
    const samples = countSamples(columns, path);
    const expected = await openExpected(folder, samples);
    return {
      path,
      samples,
      digest: await folder.digest(),
      labels: await readLabels(folder, samples),
      expectedOutputs: expected.map(({ name }) => name),
      stored: storedOf(columns),
      sequence,
      sample: async (index) => ({
        ...sequence?.constants,
        ...(await readRow(columns, index, options)),
      }),
      expected: async (index) => rowsOf(expected, index),
      close: () => folder.close(),
    };
  } catch (caught) {
    await folder.close();
    throw caught;
  }
}

interface Column {
  readonly spec: TensorSpec;
  readonly shape: readonly number[];
  readonly source: RowSource;
}

const storedOf = (columns: readonly Column[]): Dataset['stored'] =>
  Object.fromEntries(
    columns.map(({ spec, source: { file, type } }) => [spec.name, { file, type }]),
  );

async function readSequence(
  folder: Folder,
  inputs: readonly TensorSpec[],
): Promise<Sequence | undefined> {
  const text = await folder.text('sequence.json');
  return text === undefined
    ? undefined
    : parseSequence(text, inputs, folder.nameOf('sequence.json'));
}

async function openColumns(
  folder: Folder,
  inputs: readonly TensorSpec[],
  sequence: Sequence | undefined,
): Promise<Column[]> {
  const fed = new Set([
    ...Object.values(sequence?.feeds ?? {}),
    ...Object.keys(sequence?.constants ?? {}),
  ]);
  const columns: Column[] = [];
  for (const spec of inputs) {
    const source = await folder.rows(fileNameOf(spec.name));
    if (source) columns.push(openColumn(spec, source));
    else if (!fed.has(spec.name)) missing(folder, spec);
  }
  return columns;
}

function openColumn(spec: TensorSpec, source: RowSource): Column {
  if (source.shape.length === 0) {
    fail('bad-dataset', `${source.file} is a single value, expected a first dimension of samples`, {
      details: { file: source.file },
    });
  }
  return { spec, source, shape: sampleShape(spec, source.shape.slice(1), source.file) };
}

function missing(folder: Folder, spec: TensorSpec): never {
  const file = `${fileNameOf(spec.name)}.npy`;
  return fail('bad-dataset', `${folder.path} has no ${file} for the input ${spec.name}`, {
    hint: `found ${folder.arrays.map((name) => `${name}.npy`).join(', ') || 'no arrays'}`,
    details: { file, input: spec.name },
  });
}

function countSamples(columns: readonly Column[], path: string): number {
  const [first] = columns;
  if (!first) {
    return fail('bad-dataset', `${path} has no array for any input of the model`, {
      hint: 'expected one <input name>.npy, first dimension = samples',
    });
  }
  const samples = first.source.shape[0] as number;
  for (const { source } of columns) checkCount(source, samples, first.source.file);
  if (samples === 0)
    fail('bad-dataset', `${first.source.file} has no samples`, { details: { path } });
  return samples;
}

function checkCount(source: RowSource, samples: number, like: string): void {
  const found = source.shape[0] ?? 0;
  if (found === samples) return;
  fail('bad-dataset', `${source.file} has ${found} samples, expected ${samples} as in ${like}`, {
    details: { file: source.file, expected: samples, found },
  });
}

async function openExpected(folder: Folder, samples: number) {
  const names = folder.arrays.filter((name) => name.startsWith('expected.'));
  const columns: { name: string; source: RowSource }[] = [];
  for (const file of names) {
    const source = (await folder.rows(file)) as RowSource;
    checkCount(source, samples, folder.path);
    columns.push({ name: file.slice('expected.'.length), source });
  }
  return columns;
}

async function rowsOf(
  columns: readonly { name: string; source: RowSource }[],
  index: number,
): Promise<Tensors> {
  const tensors: Record<string, Tensor> = {};
  for (const { name, source } of columns) {
    tensors[name] = {
      type: source.type,
      shape: source.shape.slice(1),
      data: await source.row(index),
    };
  }
  return tensors;
}

async function readRow(
  columns: readonly Column[],
  index: number,
  options: DatasetOptions,
): Promise<Tensors> {
  const tensors: Record<string, Tensor> = {};
  for (const { spec, shape, source } of columns) {
    const row = await source.row(index);
    const data = convertElements(row, source.type, spec.type, source.file);
    if (options.refuseNaN && hasNaN(data)) {
      fail('bad-dataset', `${source.file}: sample ${index} holds NaN`, {
        hint: 'remove the sample or replace the value',
        details: { file: source.file, sample: index },
      });
    }
    tensors[spec.name] = { type: spec.type, shape, data };
  }
  return tensors;
}

const hasNaN = (data: Tensor['data']): boolean =>
  (data instanceof Float32Array || data instanceof Float64Array) && data.some(Number.isNaN);
