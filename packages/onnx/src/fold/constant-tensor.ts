import { makeTensor, type TensorSource } from '../build/make.ts';
import type { ValueFacts } from '../shape/facts.ts';
import type { DataTypeName } from '../tensor/data-type.ts';
import type { TensorProto } from '../wire/messages.ts';

/** Arrays of the types whose elements inference follows exactly. */
const arrays: Partial<Record<DataTypeName, (elements: readonly number[]) => TensorSource>> = {
  float32: (elements) => Float32Array.from(elements),
  float64: (elements) => Float64Array.from(elements),
  int8: (elements) => Int8Array.from(elements),
  uint8: (elements) => Uint8Array.from(elements),
  int16: (elements) => Int16Array.from(elements),
  uint16: (elements) => Uint16Array.from(elements),
  int32: (elements) => Int32Array.from(elements),
  uint32: (elements) => Uint32Array.from(elements),
  int64: (elements) => BigInt64Array.from(elements, BigInt),
  uint64: (elements) => BigUint64Array.from(elements, BigInt),
  bool: (elements) => Uint8Array.from(elements),
};

/**
 * A tensor of a value whose elements are all known; `undefined` where one is not, or is an
 * integer beyond 2^53.
 */
export function tensorOfFacts(name: string, facts: ValueFacts): TensorProto | undefined {
  const { type, shape, constant } = facts;
  const array = type && arrays[type];
  if (!array || !constant || !shape?.every((size) => size !== null)) return undefined;
  if (!type.startsWith('float') && !constant.every(Number.isSafeInteger)) return undefined;
  if (shape.reduce((product, size) => product * size, 1) !== constant.length) return undefined;
  return makeTensor(name, shape, array(constant), type);
}
