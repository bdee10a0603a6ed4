import type { InputMoments } from '../moments/moments.ts';
import { Compensation } from './compensation.ts';

/** Inputs from `first` on whose errors can make up for each other. */
export interface Square {
  readonly first: number;
  /** `undefined`: their moments don't tell how. */
  readonly compensation: Compensation | undefined;
}

/** The squares of moments that are known, in the order of the inputs; none: the diagonal alone is. */
export function momentSquares({ size, full, blocks }: InputMoments, share: number): Square[] {
  const { size: each, values } = full ? { size, values: [full] } : (blocks ?? { size, values: [] });
  return values.map((square, at) => ({
    first: at * each,
    compensation: Compensation.of(square, share),
  }));
}
