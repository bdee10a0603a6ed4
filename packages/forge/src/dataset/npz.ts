import { fail } from '@selvedge/core/errors';
import type { Tensor, Tensors } from '@selvedge/infer/engine';
import { unzipSync, zipSync } from 'fflate';
import { readNpy, writeNpy } from './npy.ts';

/**
 * Reads every array of an `.npz` file, by name without `.npy`.
 * @throws SelvedgeError `bad-dataset`
 */
export function readNpz(bytes: Uint8Array, file = 'arrays.npz'): Tensors {
  const tensors: Record<string, Tensor> = {};
  for (const [name, member] of Object.entries(unzip(bytes, file))) {
    if (!name.endsWith('.npy')) continue;
    tensors[name.slice(0, -'.npy'.length)] = readNpy(member, `${file}:${name}`);
  }
  return tensors;
}

/** Tensors as an `.npz` file, as `numpy.savez` writes it: stored, not compressed. */
export function writeNpz(tensors: Tensors): Uint8Array {
  const members = Object.entries(tensors).map(([name, tensor]) => [
    `${name}.npy`,
    writeNpy(tensor),
  ]);
  // A zip's dates begin in 1980; a fixed one keeps the bytes the same for the same tensors.
  return zipSync(Object.fromEntries(members), { level: 0, mtime: '1980-01-01T00:00:00' });
}

function unzip(bytes: Uint8Array, file: string): Record<string, Uint8Array> {
  try {
    return unzipSync(bytes);
  } catch (cause) {
    const found = bytes.length === 0 ? 'is empty' : 'is not an .npz file, or a damaged one';
    return fail('bad-dataset', `${file} ${found}`, {
      hint: 'expected arrays written by numpy.savez',
      details: { file },
      cause,
    });
  }
}
