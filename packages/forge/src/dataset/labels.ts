import { fail } from '@selvedge/core/errors';
import type { Folder } from './folder.ts';

/**
 * The classes of `labels.npy`: one whole number, zero or more, per sample.
 * @throws SelvedgeError `bad-dataset`
 */
export async function readLabels(folder: Folder, samples: number): Promise<number[] | undefined> {
  const source = await folder.rows('labels');
  if (!source) return undefined;
  const { file, shape, type } = source;
  const perSample = shape.slice(1).reduce((product, side) => product * side, 1);
  if (shape.length === 0 || perSample !== 1) {
    refuse(file, `has shape [${shape.join(', ')}], expected one integer per sample`);
  }
  if (shape[0] !== samples)
    refuse(file, `has ${shape[0]} labels, the inputs have ${samples} samples`);
  if (type === 'string') refuse(file, 'holds text, expected integers');
  const labels: number[] = [];
  for (let index = 0; index < samples; index += 1) {
    const label = Number((await source.row(index))[0]);
    if (!Number.isInteger(label)) refuse(file, `holds ${label} at ${index}, expected integers`);
    if (label < 0) refuse(file, `holds ${label} at ${index}, expected classes from 0`);
    labels.push(label);
  }
  return labels;
}

function refuse(file: string, what: string): never {
  return fail('bad-dataset', `${file} ${what}`, { details: { file } });
}
