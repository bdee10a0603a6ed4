import type { TensorProto } from '../wire/messages.ts';
import { floatValues } from './values.ts';

/** Tensors do not change, and every pass asks. */
const known = new WeakMap<TensorProto, boolean>();

/**
 * Whether all elements of a float32 tensor are finite. They are read once for all who ask.
 *
 * @throws SelvedgeError `bad-model` where they do not match the shape.
 */
export function isAllFinite(tensor: TensorProto): boolean {
  let found = known.get(tensor);
  if (found === undefined) {
    found = firstNotFinite(floatValues(tensor)) < 0;
    known.set(tensor, found);
  }
  return found;
}

/** Where the first NaN or infinity is; −1: nowhere. A callback would be handed an object for each number. */
export function firstNotFinite(values: Float32Array | Float64Array): number {
  for (let at = 0; at < values.length; at++) {
    const value = values[at]!;
    // Subtraction turns NaN and both infinities into NaN, which equals nothing.
    if (value - value !== 0) return at;
  }
  return -1;
}
