import { fail } from '@selvedge/core/errors';
import { Cursor } from '../wire/cursor.ts';
import { placeOf } from '../wire/lazy-tensor.ts';
import type { TensorProto } from '../wire/messages.ts';
import { byteLength, type DataTypeName, dataTypeName } from './data-type.ts';

/**
 * Elements as JavaScript holds them. `float16` and `bfloat16` are bits in a Uint16Array, `bool` and
 * 8-bit floats bytes, complex numbers pairs; types under 8 bits stay packed in a Uint8Array.
 */
export type TensorValues =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array
  | readonly string[];

type ArrayType = new (buffer: ArrayBuffer) => Exclude<TensorValues, readonly string[]>;

const arrays: Partial<Record<DataTypeName, ArrayType>> = {
  float32: Float32Array,
  complex64: Float32Array,
  float64: Float64Array,
  complex128: Float64Array,
  int8: Int8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  float16: Uint16Array,
  bfloat16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
};

/** Elements of a tensor; at most 2^53. Zero where a dimension is zero, 1 for a scalar. */
export function elementCount(tensor: TensorProto): number {
  let count = 1;
  for (const dim of tensor.dims) {
    const size = Number(dim);
    if (size < 0) damaged(tensor, `has the dimension ${dim}`);
    count *= size;
  }
  if (!Number.isSafeInteger(count)) damaged(tensor, 'has more elements than can be counted');
  return count;
}

/** Dimensions as numbers. */
export const tensorShape = (tensor: TensorProto): number[] => tensor.dims.map(Number);

/** Whether the elements are in another file (`data_location` EXTERNAL). */
export const isExternal = (tensor: TensorProto): boolean => tensor.dataLocation === 1;

/**
 * The elements of a tensor, wherever onnx.proto lets them stand. A fresh array.
 *
 * @throws SelvedgeError `bad-model` where they do not match the shape and type, or are external.
 */
export function tensorValues(tensor: TensorProto): TensorValues {
  const type = typeOfTensor(tensor);
  const count = elementCount(tensor);
  if (isExternal(tensor)) damaged(tensor, 'has its data in another file');
  if (type === 'string') {
    if (tensor.stringData.length !== count)
      damaged(tensor, `holds ${tensor.stringData.length} strings, not ${count}`);
    return tensor.stringData.map((bytes) => new TextDecoder().decode(bytes));
  }
  const bytes = tensor.rawData ?? typedBytes(tensor, type, count);
  refuseOtherLength(tensor, bytes.length, byteLength(type, count));
  const ArrayOf = arrays[type] ?? Uint8Array;
  // What a store reads is a fresh array already: large tensors come from there, and stand in memory once.
  const isOwn = placeOf(tensor) !== undefined && bytes.byteLength === bytes.buffer.byteLength;
  return new ArrayOf((isOwn ? bytes : bytes.slice()).buffer as ArrayBuffer);
}

/**
 * Refuses a tensor that cannot hold what its shape and type say, without unpacking it. What stands
 * outside the file is not read, and a type that is not known here is left to whoever reads it.
 *
 * @throws SelvedgeError `bad-model` naming the tensor
 */
export function checkTensor(tensor: TensorProto): void {
  const type = dataTypeName(tensor.dataType);
  const count = elementCount(tensor);
  if (!type || type === 'string' || isExternal(tensor) || placeOf(tensor)) return;
  const expected = byteLength(type, count);
  const floats = floatField(tensor, type);
  if (tensor.rawData || floats)
    refuseOtherLength(tensor, (tensor.rawData ?? floats ?? none).length, expected);
  else refuseFewer(tensor, packedField(tensor, type), packedCount(type, count));
}

function refuseOtherLength(tensor: TensorProto, length: number, expected: number): void {
  if (length !== expected) damaged(tensor, `holds ${length} bytes, its shape needs ${expected}`);
}

/** The elements of a float32 tensor. */
export function floatValues(tensor: TensorProto): Float32Array {
  const values = tensorValues(tensor);
  return values instanceof Float32Array ? values : damaged(tensor, 'is not float32');
}

/** The elements of an integer tensor as numbers, rounded where they are above 2^53. */
export function integerValues(tensor: TensorProto): number[] {
  return Array.from(tensorValues(tensor) as ArrayLike<number | bigint>, Number);
}

/** A tensor's data type. */
export function typeOfTensor(tensor: TensorProto): DataTypeName {
  return (
    dataTypeName(tensor.dataType) ?? damaged(tensor, `has the unknown data type ${tensor.dataType}`)
  );
}

/** Little-endian element bytes from the typed fields (onnx.proto, TensorProto). */
function typedBytes(tensor: TensorProto, type: DataTypeName, count: number): Uint8Array {
  const width = byteLength(type, 1);
  return (
    floatField(tensor, type) ??
    widen(tensor, packedField(tensor, type), width, packedCount(type, count))
  );
}

/** The field that holds floating point as it stands in memory; undefined for other types. */
function floatField(tensor: TensorProto, type: DataTypeName): Uint8Array | undefined {
  if (type === 'float32' || type === 'complex64') return tensor.floatData ?? none;
  return type === 'float64' || type === 'complex128' ? (tensor.doubleData ?? none) : undefined;
}

/** The field of varints that holds everything else. */
function packedField(tensor: TensorProto, type: DataTypeName): Uint8Array | undefined {
  if (type === 'int64') return tensor.int64Data;
  return type === 'uint64' || type === 'uint32' ? tensor.uint64Data : tensor.int32Data;
}

/** How many varints there are: types under 8 bits share one. */
const packedCount = (type: DataTypeName, count: number): number =>
  Math.ceil(byteLength(type, count) / byteLength(type, 1));

const none = new Uint8Array(0);

/** Unpacks varints into little-endian integers of `width` bytes. */
function widen(
  tensor: TensorProto,
  packed: Uint8Array | undefined,
  width: number,
  count: number,
): Uint8Array {
  refuseFewer(tensor, packed, count);
  const cursor = new Cursor(packed ?? none, nameOf(tensor));
  const bytes = new Uint8Array(count * width);
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (; cursor.pos < cursor.end && at < bytes.length; at += width) {
    cursor.varint();
    if (width === 1) view.setUint8(at, cursor.low & 0xff);
    else if (width === 2) view.setUint16(at, cursor.low & 0xffff, true);
    else view.setUint32(at, cursor.low, true);
    if (width === 8) view.setUint32(at + 4, cursor.high, true);
  }
  if (at !== bytes.length || cursor.pos !== cursor.end)
    damaged(tensor, `does not hold ${count} elements`);
  return bytes;
}

/** A varint is at least a byte, so a shape that promises more is refused before memory is taken. */
function refuseFewer(tensor: TensorProto, packed: Uint8Array | undefined, count: number): void {
  if ((packed?.length ?? 0) < count) damaged(tensor, `holds fewer than ${count} elements`);
}

const nameOf = (tensor: TensorProto): string => `tensor ${tensor.name || '(unnamed)'}`;

function damaged(tensor: TensorProto, what: string): never {
  fail('bad-model', `${nameOf(tensor)} ${what}`, {
    hint: 'export the model again',
    details: { tensor: tensor.name ?? '' },
  });
}
