import type { Sequence } from '../dataset/index.ts';
import type { Units } from './interval.ts';

/**
 * Which samples of a data set err together. Those of a sequence carry a state from one to the next:
 * each run between restarts is cut into blocks of about √n samples, and the blocks count as the
 * independent draws (batch means; Law, Simulation Modeling and Analysis, 5th ed., §9.5.3).
 *
 * @returns undefined where every sample stands alone
 */
export function unitsOf(samples: number, sequence: Sequence | undefined): Units | undefined {
  if (!sequence) return undefined;
  const longest = Math.ceil(Math.sqrt(samples));
  const restarts = new Set(sequence.restarts);
  let unit = 0;
  let length = 0;
  return Array.from({ length: samples }, (_, index) => {
    if (index > 0 && (restarts.has(index) || length >= longest)) {
      unit += 1;
      length = 0;
    }
    length += 1;
    return unit;
  });
}
