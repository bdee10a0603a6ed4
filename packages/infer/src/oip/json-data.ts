/**
 * A tensor's elements in JSON. The protocol says numbers, booleans and strings, flat or nested by
 * row; where JSON has no form for a value, this follows the JSON mapping of protocol buffers
 * (protobuf.dev/programming-guides/json): NaN and infinities as strings, integers beyond 2⁵³ as
 * decimal strings. FP16 and BF16 travel as numbers, which the protocol leaves open.
 */
import type { ElementType } from '@selvedge/core/schema';
import {
  bfloat16Bits,
  elementCount,
  float16Bits,
  layoutOf,
  numberReader,
  type Tensor,
  type TensorData,
} from '../engine/index.ts';

type JsonElement = number | boolean | string;

/** The elements, flat, in row-major order. */
export function toJsonData(tensor: Tensor): JsonElement[] {
  const { type, data } = tensor;
  if (type === 'string') return [...(data as readonly string[])];
  if (type === 'bool') return Array.from(data as Uint8Array, (element) => element !== 0);
  if (type === 'int64' || type === 'uint64') {
    return Array.from(data as BigInt64Array, (element) =>
      Number.isSafeInteger(Number(element)) ? Number(element) : String(element),
    );
  }
  const read = numberReader(tensor);
  return Array.from({ length: data.length }, (_, index) => {
    const value = read(index);
    return Number.isFinite(value) ? value : String(value);
  });
}

/** What is wrong with a piece of data; `element` is the index in row-major order. */
export class DataFault extends Error {}

/**
 * The inverse of {@link toJsonData}, for flat and for nested arrays.
 *
 * @throws DataFault saying which element is wrong, and how.
 */
export function fromJsonData(
  type: ElementType,
  shape: readonly number[],
  json: unknown,
): TensorData {
  if (!Array.isArray(json)) throw new DataFault('data is not an array');
  const elements = json.some(Array.isArray) ? json.flat(shape.length) : json;
  const wanted = elementCount(shape);
  if (elements.length !== wanted) {
    throw new DataFault(`data has ${elements.length} elements where [${shape}] takes ${wanted}`);
  }
  if (type === 'string') return elements.map((element, at) => stringOf(element, at));
  const data = new (layoutOf(type)!.array)(wanted);
  const convert = converters[type];
  for (let at = 0; at < wanted; at += 1) {
    const value = convert(elements[at]);
    if (value === undefined) throw new DataFault(`element ${at} is no ${type}`);
    data[at] = value;
  }
  return data;
}

function stringOf(element: unknown, at: number): string {
  if (typeof element === 'string') return element;
  throw new DataFault(`element ${at} is no string`);
}

type Convert = (element: unknown) => number | bigint | undefined;

const converters: Readonly<Record<Exclude<ElementType, 'string'>, Convert>> = {
  float32: floatOf,
  float64: floatOf,
  float16: (element) => through(floatOf(element), float16Bits),
  bfloat16: (element) => through(floatOf(element), bfloat16Bits),
  int8: integerOf(-(2 ** 7), 2 ** 7 - 1),
  uint8: integerOf(0, 2 ** 8 - 1),
  int16: integerOf(-(2 ** 15), 2 ** 15 - 1),
  uint16: integerOf(0, 2 ** 16 - 1),
  int32: integerOf(-(2 ** 31), 2 ** 31 - 1),
  uint32: integerOf(0, 2 ** 32 - 1),
  int64: bigintOf(-(2n ** 63n), 2n ** 63n - 1n),
  uint64: bigintOf(0n, 2n ** 64n - 1n),
  bool: (element) => {
    if (element === true || element === 1) return 1;
    return element === false || element === 0 ? 0 : undefined;
  },
};

function through(value: number | undefined, encode: (value: number) => number) {
  return value === undefined ? undefined : encode(value);
}

function floatOf(element: unknown): number | undefined {
  if (typeof element === 'number') return element;
  if (element === 'NaN') return Number.NaN;
  if (element === 'Infinity') return Number.POSITIVE_INFINITY;
  return element === '-Infinity' ? Number.NEGATIVE_INFINITY : undefined;
}

function integerOf(min: number, max: number): Convert {
  return (element) =>
    Number.isInteger(element) && (element as number) >= min && (element as number) <= max
      ? (element as number)
      : undefined;
}

/** A number beyond 2⁵³ has lost digits before it got here, so it is refused: it goes as a string. */
function bigintOf(min: bigint, max: bigint): Convert {
  return (element) => {
    const exact =
      typeof element === 'string' ? /^-?\d{1,20}$/.test(element) : Number.isSafeInteger(element);
    if (!exact) return undefined;
    const value = BigInt(element as string | number);
    return value >= min && value <= max ? value : undefined;
  };
}
