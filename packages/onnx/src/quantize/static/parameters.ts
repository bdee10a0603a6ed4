import { type Bits, coveredRange, type Range, stepsOf } from '../calibrate/index.ts';

/** value ≈ (stored − zero) × scale. */
export interface Parameters {
  readonly scale: number;
  readonly zero: number;
}

/** The smallest normal float32: runtimes flush smaller scales to zero, and then divide by it. */
const leastScale = 2 ** -126;

/** Scale and zero point with which a range is stored (ONNX, QuantizeLinear). */
export function parametersOf(range: Range, bits: Bits): Parameters {
  const { min, max } = coveredRange(range);
  const scale = Math.fround((max - min) / stepsOf(bits));
  if (!(scale >= leastScale)) return { scale: 1, zero: 0 };
  return { scale, zero: Math.round(-min / scale) };
}
