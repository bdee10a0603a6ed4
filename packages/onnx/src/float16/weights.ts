import { makeTensor } from '../build/make.ts';
import { float16Max, toFloat16Array } from '../tensor/float16.ts';
import { floatValues, tensorShape } from '../tensor/values.ts';
import { keepBeside, placeOf } from '../wire/lazy-tensor.ts';
import type { TensorProto } from '../wire/messages.ts';

/** A stored float32 tensor in half precision, and what got lost. */
export interface HalfTensor {
  /**
   * In half precision, without a name; it stands where the float32 one does. Of one that is not in
   * memory it is made when asked for: who only plans puts nothing away.
   */
  tensor(): TensorProto;
  /** Finite values beyond ±65504, which half precision does not hold. */
  readonly overflowed: number;
  /** Largest magnitude among the finite values. */
  readonly largest: number;
  /** Values other than 0 that became 0. */
  readonly vanished: number;
  /** Values that became subnormal: they lost bits, and some hardware takes them as 0. */
  readonly subnormal: number;
  readonly count: number;
}

/** 2^-14: below it half precision loses bits. */
export const smallestNormal = 2 ** -14;

/** Rounds a tensor's values and counts those that did not survive. */
export function halve(tensor: TensorProto): HalfTensor {
  const values = floatValues(tensor);
  const bits = toFloat16Array(values);
  let overflowed = 0;
  let vanished = 0;
  let subnormal = 0;
  let largest = 0;
  // Indexed: an iterator makes a pair for each of what may be a hundred million weights.
  for (let at = 0; at < values.length; at++) {
    const value = values[at]!;
    const magnitude = Math.abs(value);
    if (Number.isFinite(value)) {
      if (magnitude > largest) largest = magnitude;
      if (magnitude > float16Max) overflowed++;
    }
    const half = bits[at]! & 0x7fff;
    if (value !== 0 && half === 0) vanished++;
    else if (half > 0 && half < 0x400) subnormal++;
  }
  const half = placeOf(tensor) ? undefined : halfOf(tensor, bits);
  const made = () => half ?? halfOf(tensor, toFloat16Array(floatValues(tensor)));
  return { tensor: made, overflowed, largest, vanished, subnormal, count: values.length };
}

const halfOf = (tensor: TensorProto, bits: Uint16Array): TensorProto =>
  keepBeside(tensor, makeTensor('', tensorShape(tensor), bits, 'float16'));
