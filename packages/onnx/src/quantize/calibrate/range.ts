/** What a quantised value spans. Zero is always inside, so that padding and Relu stay exact. */
export interface Range {
  readonly min: number;
  readonly max: number;
}

/** The width of the integers that a value is stored in: uint8 or uint16, the zero point where the range wants it. */
export type Bits = 8 | 16;

/** The range a quantiser really covers: zero is in it. */
export const coveredRange = ({ min, max }: Range): Range => ({
  min: Math.min(min, 0),
  max: Math.max(max, 0),
});

/** Steps between the ends of a range: 255 of uint8. */
export const stepsOf = (bits: Bits): number => 2 ** bits - 1;

/** The smallest range that holds both. */
export const hull = (a: Range, b: Range): Range => ({
  min: Math.min(a.min, b.min),
  max: Math.max(a.max, b.max),
});
