import { fail } from '@selvedge/core/errors';
import type { Tensor, TensorData } from '@selvedge/infer/engine';
import { formatDescr } from './dtype.ts';
import { decodeElements, encodeElements, isStrings, makeElements } from './elements.ts';
import { formatNpyHeader, type NpyHeader, parseNpyHeader } from './npy-header.ts';

/**
 * Reads a whole `.npy` file: versions 1 to 3, either byte order, C or Fortran order.
 * The result is row-major and little-endian; `f2` comes as raw half-precision bits.
 *
 * @throws SelvedgeError `bad-dataset` naming the file
 */
export function readNpy(bytes: Uint8Array, file = 'array.npy'): Tensor {
  const header = parseNpyHeader(bytes, file);
  const body = bytes.subarray(header.dataOffset);
  checkBodyLength(header, body.length, file);
  const data = decodeElements(body.subarray(0, bodyBytes(header)), header.dtype);
  return {
    type: header.dtype.type,
    shape: header.shape,
    data: header.fortranOrder ? toRowMajor(data, header) : data,
  };
}

/** A tensor as a `.npy` file; strings as fixed-width Unicode. */
export function writeNpy(tensor: Tensor): Uint8Array {
  const descr = formatDescr(tensor.type, tensor.data);
  const header = formatNpyHeader(descr, tensor.shape);
  const body = encodeElements(tensor.data, tensor.type === 'string' ? Number(descr.slice(2)) : 0);
  const file = new Uint8Array(header.length + body.length);
  file.set(header);
  file.set(body, header.length);
  return file;
}

/** Bytes of data that a header promises. */
export const bodyBytes = ({ shape, dtype }: NpyHeader): number =>
  shape.reduce((product, size) => product * size, dtype.itemBytes);

/** @throws SelvedgeError `bad-dataset` when the file is shorter than its header says */
export function checkBodyLength(header: NpyHeader, found: number, file: string): void {
  const expected = bodyBytes(header);
  if (found >= expected) return;
  fail('bad-dataset', `${file} ends early: ${found} bytes of data, expected ${expected}`, {
    hint: 'is the file whole?',
    details: { file, expected, found },
  });
}

/** Fortran order has the first index fastest. */
function toRowMajor(data: TensorData, { shape, dtype }: NpyHeader): TensorData {
  const strides: number[] = [];
  shape.reduce((stride, size, axis) => {
    strides[axis] = stride;
    return stride * size;
  }, 1);
  const result = makeElements(dtype.type, data.length);
  const index = shape.map(() => 0);
  for (let at = 0; at < data.length; at += 1) {
    const from = index.reduce(
      (sum, position, axis) => sum + position * (strides[axis] as number),
      0,
    );
    (result as unknown[])[at] = isStrings(data) ? data[from] : data[from];
    for (let axis = shape.length - 1; axis >= 0; axis -= 1) {
      index[axis] = (index[axis] as number) + 1;
      if ((index[axis] as number) < (shape[axis] as number)) break;
      index[axis] = 0;
    }
  }
  return result;
}
