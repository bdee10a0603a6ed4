import type { Tensor } from './port.ts';

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

/** A value to the nearest IEEE 754 binary16, ties to even; too large becomes infinity. */
export function float16Bits(value: number): number {
  if (Number.isNaN(value)) return 0x7e00;
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  // 65,520 is halfway between the largest finite value and what would follow it.
  if (size >= 65_520) return sign | 0x7c00;
  // Below 2⁻¹⁴ the numbers are multiples of 2⁻²⁴; a carry into the exponent is the right encoding.
  if (size < 2 ** -14) return sign | roundToEven(size * 2 ** 24);
  let exponent = Math.floor(Math.log2(size));
  // log2 rounds: just below a power of two it may say the power.
  if (2 ** exponent > size) exponent -= 1;
  const fraction = roundToEven(size * 2 ** (10 - exponent)) - 1024;
  return sign | (((exponent + 15) << 10) + fraction);
}

/** bfloat16 is the upper half of binary32. */
export function bfloat16Value(bits: number): number {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint32(0, (bits << 16) >>> 0);
  return view.getFloat32(0);
}

/** A value to the nearest bfloat16, ties to even, by way of binary32. */
export function bfloat16Bits(value: number): number {
  if (Number.isNaN(value)) return 0x7fc0;
  const view = new DataView(new ArrayBuffer(4));
  view.setFloat32(0, value);
  const bits = view.getUint32(0);
  return ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16) & 0xffff;
}

/** Nearest integer of a number below 2⁵², ties to even. */
function roundToEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  if (rest !== 0.5) return rest < 0.5 ? below : below + 1;
  return below % 2 === 0 ? below : below + 1;
}
