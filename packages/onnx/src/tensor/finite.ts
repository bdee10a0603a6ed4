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
    found = floatValues(tensor).every(Number.isFinite);
    known.set(tensor, found);
  }
  return found;
}
