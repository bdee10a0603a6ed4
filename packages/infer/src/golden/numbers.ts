import type { Tensor } from '../engine/index.ts';

/** Reads a tensor's elements as numbers: raw float16 and bfloat16 bits are decoded. Not for strings. */
export function numberReader(tensor: Tensor): (index: number) => number {
  const data = tensor.data;
  if (tensor.type === 'float16') return (index) => float16Value(data[index] as number);
  if (tensor.type === 'bfloat16') return (index) => bfloat16Value(data[index] as number);
  return (index) => Number(data[index]);
}

/** IEEE 754 binary16 bits to their value. */
export function float16Value(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}

/** bfloat16 is the upper half of binary32. */
export function bfloat16Value(bits: number): number {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint32(0, bits << 16);
  return view.getFloat32(0);
}
