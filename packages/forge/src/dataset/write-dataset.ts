import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fail } from '@selvedge/core/errors';
import type { Tensor, Tensors } from '@selvedge/infer/engine';
import { fileNameOf } from './file-name.ts';
import { writeNpy } from './npy.ts';
import type { SequenceFile } from './sequence.ts';

/** What a data set holds; every tensor's first dimension counts samples. */
export interface WrittenDataset {
  readonly inputs: Tensors;
  readonly labels?: ArrayLike<number>;
  readonly expected?: Tensors;
  readonly sequence?: SequenceFile;
}

/**
 * Writes a data set directory that `readDataset` reads back.
 * @throws SelvedgeError `bad-input` when two names become the same file name
 */
export async function writeDataset(directory: string, dataset: WrittenDataset): Promise<void> {
  await mkdir(directory, { recursive: true });
  for (const [file, bytes] of filesOf(dataset)) await writeFile(join(directory, file), bytes);
}

function filesOf(dataset: WrittenDataset): Map<string, Uint8Array | string> {
  const files = new Map<string, Uint8Array | string>();
  const add = (name: string, tensor: Tensor): void => {
    const file = `${fileNameOf(name)}.npy`;
    if (files.has(file)) fail('bad-input', `two tensors would both be written to ${file}`);
    files.set(file, writeNpy(tensor));
  };
  for (const [name, tensor] of Object.entries(dataset.inputs)) add(name, tensor);
  for (const [name, tensor] of Object.entries(dataset.expected ?? {}))
    add(`expected.${name}`, tensor);
  if (dataset.labels) add('labels', labelTensor(dataset.labels));
  if (dataset.sequence)
    files.set('sequence.json', `${JSON.stringify(dataset.sequence, null, 2)}\n`);
  return files;
}

function labelTensor(labels: ArrayLike<number>): Tensor {
  const data = BigInt64Array.from(Array.from(labels, BigInt));
  return { type: 'int64', shape: [data.length], data };
}
