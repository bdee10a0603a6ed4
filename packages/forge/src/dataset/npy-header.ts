import { fail } from '@selvedge/core/errors';
import { type Dtype, parseDescr } from './dtype.ts';

/** What a `.npy` file says before its data. */
export interface NpyHeader {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly fortranOrder: boolean;
  /** Where the data begins. */
  readonly dataOffset: number;
}

/** Longest header that is read: NumPy itself refuses above 10,000 bytes unless told to trust. */
export const maxHeaderBytes = 64 * 1024;

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

/**
 * Parses the header of a `.npy` file, format versions 1 to 3
 * (numpy.org/doc/stable/reference/generated/numpy.lib.format.html).
 *
 * @param bytes the beginning of the file, at least the whole header
 * @throws SelvedgeError `bad-dataset`
 */
export function parseNpyHeader(bytes: Uint8Array, file: string): NpyHeader {
  if (bytes.length === 0) damaged(file, 'is empty', 'expected a .npy array');
  if (bytes.length < 10 || magic.some((byte, at) => bytes[at] !== byte)) {
    damaged(file, 'is not a .npy file', 'expected an array written by numpy.save');
  }
  const major = bytes[6] as number;
  if (major < 1 || major > 3) damaged(file, `has .npy version ${major}`, 'expected 1, 2 or 3');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [start, length] =
    major === 1
      ? [10, view.getUint16(8, true)]
      : [12, bytes.length < 12 ? 0 : view.getUint32(8, true)];
  const dataOffset = start + length;
  if (bytes.length < dataOffset) damaged(file, 'ends inside its header', 'is the file whole?');
  const text = new TextDecoder(major === 3 ? 'utf-8' : 'latin1').decode(
    bytes.subarray(start, dataOffset),
  );
  return { ...parseDictionary(text, file), dataOffset };
}

/** The header of a C-order array, version 1 (or 2 where it is long), data aligned to 64 bytes. */
export function formatNpyHeader(descr: string, shape: readonly number[]): Uint8Array {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${tuple}, }`;
  const major = text.length > 65_000 ? 2 : 1;
  const start = major === 1 ? 10 : 12;
  const padded = text.padEnd(Math.ceil((start + text.length + 1) / 64) * 64 - start - 1, ' ');
  const header = new Uint8Array(start + padded.length + 1);
  header.set([...magic, major, 0]);
  const view = new DataView(header.buffer);
  if (major === 1) view.setUint16(8, padded.length + 1, true);
  else view.setUint32(8, padded.length + 1, true);
  header.set(new TextEncoder().encode(`${padded}\n`), start);
  return header;
}

/** The header is a Python dictionary literal with exactly three keys. */
function parseDictionary(text: string, file: string): Omit<NpyHeader, 'dataOffset'> {
  const descr = /'descr':\s*(?:'([^']*)'|(\[))/.exec(text);
  const order = /'fortran_order':\s*(True|False)/.exec(text);
  const shape = /'shape':\s*\(([\d\s,L]*)\)/.exec(text);
  if (!descr || !order || !shape) {
    return damaged(
      file,
      'has a header that cannot be read',
      'expected descr, fortran_order and shape',
    );
  }
  if (descr[2]) damaged(file, 'is a structured array', 'save one plain array for each input');
  return {
    dtype: parseDescr(descr[1] as string, file),
    fortranOrder: order[1] === 'True',
    shape: (shape[1]?.match(/\d+/g) ?? []).map(Number),
  };
}

function damaged(file: string, what: string, hint: string): never {
  return fail('bad-dataset', `${file} ${what}`, { hint, details: { file } });
}
