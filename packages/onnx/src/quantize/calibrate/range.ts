/** What a quantised value spans. Zero is always inside, so that padding and Relu stay exact. */
export interface Range {
  readonly min: number;
  readonly max: number;
}

/** The integers that a value is stored in. */
export interface Levels {
  readonly bits: 8 | 16;
  /** Zero point in the middle (int8, int16), or wherever the range wants it (uint8, uint16). */
  readonly symmetric: boolean;
}

/** The range a quantiser really covers: zero in it, and both sides equal where it is symmetric. */
export function coveredRange({ min, max }: Range, { symmetric }: Levels): Range {
  if (!symmetric) return { min: Math.min(min, 0), max: Math.max(max, 0) };
  const magnitude = Math.max(-min, max, 0);
  return { min: -magnitude, max: magnitude };
}

/** Steps between the ends of a range: 255 of uint8; int8 leaves out -128, so that ± mirrors. */
export const stepsOf = ({ bits, symmetric }: Levels): number => 2 ** bits - (symmetric ? 2 : 1);

/** The smallest range that holds both. */
export const hull = (a: Range, b: Range): Range => ({
  min: Math.min(a.min, b.min),
  max: Math.max(a.max, b.max),
});
