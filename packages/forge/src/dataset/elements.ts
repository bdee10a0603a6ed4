import type { ElementType } from '@selvedge/core/schema';
import type { TensorData } from '@selvedge/infer/engine';
import type { Dtype } from './dtype.ts';

type Numeric = Exclude<TensorData, readonly string[]>;

const arrays = {
  float32: Float32Array,
  float64: Float64Array,
  float16: Uint16Array,
  bfloat16: Uint16Array,
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
  bool: Uint8Array,
} as const;

/** A zeroed array of the kind that tensors of this type carry. */
export function makeElements(type: ElementType, count: number): Numeric | string[] {
  return type === 'string' ? new Array<string>(count).fill('') : new arrays[type](count);
}

/** Elements out of a `.npy` body: little-endian, own memory, whatever the file's byte order. */
export function decodeElements(bytes: Uint8Array, dtype: Dtype): TensorData {
  if (dtype.type === 'string') return decodeStrings(bytes, dtype);
  const copy = bytes.slice();
  if (dtype.bigEndian) swapBytes(copy, dtype.itemBytes);
  const made = new arrays[dtype.type](copy.buffer, 0, copy.byteLength / dtype.itemBytes);
  return made;
}

/** A `.npy` body out of elements; strings as UCS-4 of `width` code points each. */
export function encodeElements(data: TensorData, width: number): Uint8Array {
  if (!isStrings(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const bytes = new Uint8Array(4 * width * data.length);
  const view = new DataView(bytes.buffer);
  data.forEach((text, row) => {
    [...text].forEach((letter, column) => {
      view.setUint32(4 * (row * width + column), letter.codePointAt(0) as number, true);
    });
  });
  return bytes;
}

export const isStrings = (data: TensorData): data is readonly string[] => Array.isArray(data);

/** Elements `start` to `end`, sharing memory where the kind allows. */
export const sliceElements = (data: TensorData, start: number, end: number): TensorData =>
  isStrings(data) ? data.slice(start, end) : data.subarray(start, end);

function decodeStrings(bytes: Uint8Array, dtype: Dtype): string[] {
  const { itemBytes } = dtype;
  const count = itemBytes === 0 ? 0 : bytes.byteLength / itemBytes;
  return Array.from({ length: count }, (_, row) => {
    const item = bytes.subarray(row * itemBytes, (row + 1) * itemBytes);
    return dtype.text === 'bytes' ? decodeBytes(item) : decodeUcs4(item, !dtype.bigEndian);
  });
}

/** NumPy pads with zeros and strips them again. */
const decodeBytes = (item: Uint8Array): string =>
  new TextDecoder().decode(item).replace(/\0+$/, '');

function decodeUcs4(item: Uint8Array, littleEndian: boolean): string {
  const view = new DataView(item.buffer, item.byteOffset, item.byteLength);
  let text = '';
  for (let at = 0; at < item.byteLength; at += 4) {
    const point = view.getUint32(at, littleEndian);
    text += point > 0x10ffff ? '\ufffd' : String.fromCodePoint(point);
  }
  return text.replace(/\0+$/, '');
}

function swapBytes(bytes: Uint8Array, size: number): void {
  for (let at = 0; size > 1 && at < bytes.length; at += size)
    bytes.subarray(at, at + size).reverse();
}
