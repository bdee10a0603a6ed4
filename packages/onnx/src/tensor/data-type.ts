import type { ElementType } from '@selvedge/core/schema';

/** ONNX element types that the fabric's borders do not know. */
type InnerType =
  | 'complex64'
  | 'complex128'
  | 'float8e4m3fn'
  | 'float8e4m3fnuz'
  | 'float8e5m2'
  | 'float8e5m2fnuz'
  | 'uint4'
  | 'int4'
  | 'float4e2m1'
  | 'float8e8m0'
  | 'uint2'
  | 'int2';

export type DataTypeName = ElementType | InnerType;

/** TensorProto.DataType by name (onnx.proto, IR 13). */
export const dataTypes = {
  float32: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  string: 8,
  bool: 9,
  float16: 10,
  float64: 11,
  uint32: 12,
  uint64: 13,
  complex64: 14,
  complex128: 15,
  bfloat16: 16,
  float8e4m3fn: 17,
  float8e4m3fnuz: 18,
  float8e5m2: 19,
  float8e5m2fnuz: 20,
  uint4: 21,
  int4: 22,
  float4e2m1: 23,
  float8e8m0: 24,
  uint2: 25,
  int2: 26,
} as const satisfies Record<DataTypeName, number>;

/** Bits of one element; 0 for strings, which have no fixed size. */
const bits: Record<DataTypeName, number> = {
  float32: 32,
  uint8: 8,
  int8: 8,
  uint16: 16,
  int16: 16,
  int32: 32,
  int64: 64,
  string: 0,
  bool: 8,
  float16: 16,
  float64: 64,
  uint32: 32,
  uint64: 64,
  complex64: 64,
  complex128: 128,
  bfloat16: 16,
  float8e4m3fn: 8,
  float8e4m3fnuz: 8,
  float8e5m2: 8,
  float8e5m2fnuz: 8,
  uint4: 4,
  int4: 4,
  float4e2m1: 4,
  float8e8m0: 8,
  uint2: 2,
  int2: 2,
};

const names = new Map<number, DataTypeName>(
  Object.entries(dataTypes).map(([name, number]) => [number, name as DataTypeName]),
);

const outside: ReadonlySet<string> = new Set<ElementType>([
  'float32',
  'float64',
  'float16',
  'bfloat16',
  'int8',
  'uint8',
  'int16',
  'uint16',
  'int32',
  'uint32',
  'int64',
  'uint64',
  'bool',
  'string',
]);

/** A data type's name; absent for 0 (undefined) and for numbers of a later ONNX. */
export const dataTypeName = (number: number | undefined): DataTypeName | undefined =>
  names.get(number ?? 0);

/** Whether tensors of this type may stand at a model's border. */
export const isElementType = (name: DataTypeName | undefined): name is ElementType =>
  name !== undefined && outside.has(name);

/** Bytes that `count` elements take, packed as ONNX packs them: types under 8 bits share bytes. */
export const byteLength = (name: DataTypeName, count: number): number =>
  Math.ceil((bits[name] * count) / 8);
