import type { ElementType } from '@selvedge/core/schema';

/** The typed array a numeric element type is held in, and the bytes of one element. */
interface Layout {
  readonly bytes: number;
  readonly array: NumericArrayConstructor;
}

/** Any typed array a tensor's numbers may stand in. */
export type NumericData =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array;

interface NumericArrayConstructor {
  new (length: number): NumericData;
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): NumericData;
  readonly name: string;
}

/** How each numeric element type is laid out. `string` has no fixed layout and is not listed. */
const layouts: Readonly<Record<Exclude<ElementType, 'string'>, Layout>> = {
  float32: { bytes: 4, array: Float32Array },
  float64: { bytes: 8, array: Float64Array },
  float16: { bytes: 2, array: Uint16Array },
  bfloat16: { bytes: 2, array: Uint16Array },
  int8: { bytes: 1, array: Int8Array },
  uint8: { bytes: 1, array: Uint8Array },
  int16: { bytes: 2, array: Int16Array },
  uint16: { bytes: 2, array: Uint16Array },
  int32: { bytes: 4, array: Int32Array },
  uint32: { bytes: 4, array: Uint32Array },
  int64: { bytes: 8, array: BigInt64Array },
  uint64: { bytes: 8, array: BigUint64Array },
  bool: { bytes: 1, array: Uint8Array },
};

/** The layout of an element type; undefined for `string`. */
export function layoutOf(type: ElementType): Layout | undefined {
  return type === 'string' ? undefined : layouts[type];
}

/** Whether a word names an element type of the fabric. */
export function isElementType(word: string): word is ElementType {
  return word === 'string' || Object.hasOwn(layouts, word);
}
