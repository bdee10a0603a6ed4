/**
 * IEEE 754-2019 binary16 to and from binary32, rounding to nearest, ties to even, with subnormals,
 * infinities and NaN. Half floats are their bits in a Uint16Array, as ONNX stores them.
 */
const scratch = new Float32Array(1);
const scratchBits = new Uint32Array(scratch.buffer);

/** The largest finite half float. */
export const float16Max = 65504;

/** Converts one number; what is above 65519.99… in magnitude becomes infinity. Returns the bits. */
export function toFloat16Bits(value: number): number {
  scratch[0] = value;
  const bits = scratchBits[0]!;
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  // 0x477ff000 is 65520, half way between 65504 and what would be 2^16.
  if (magnitude >= 0x477ff000) return sign | 0x7c00;
  if (magnitude >= 0x38800000) return sign | roundShift(magnitude - 0x38000000, 13);
  // Below 2^-14: subnormal. Restore the hidden bit and shift it to the unit 2^-24.
  const shift = 126 - (magnitude >>> 23);
  return shift > 24 ? sign : sign | roundShift((magnitude & 0x7fffff) | 0x800000, shift);
}

/** The number that half float bits stand for. Exact. */
export function fromFloat16Bits(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >>> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}

/** Converts an array element by element. */
export const toFloat16Array = (values: Float32Array): Uint16Array => {
  const bits = new Uint16Array(values.length);
  for (let at = 0; at < values.length; at++) bits[at] = toFloat16Bits(values[at]!);
  return bits;
};

/** Converts an array element by element. */
export const fromFloat16Array = (bits: Uint16Array): Float32Array => {
  const values = new Float32Array(bits.length);
  for (let at = 0; at < bits.length; at++) values[at] = fromFloat16Bits(bits[at]!);
  return values;
};

/** Drops `shift` low bits, rounding to nearest, ties to even. */
function roundShift(value: number, shift: number): number {
  const kept = value >>> shift;
  const rest = value - kept * 2 ** shift;
  const half = 2 ** (shift - 1);
  return rest > half || (rest === half && (kept & 1) === 1) ? kept + 1 : kept;
}
