import type { Precision } from './precision.ts';

/**
 * Half-precision weights, and operators where they are safe; inputs and outputs as they were. Where
 * there are samples, activations that would overflow are found, named and kept float32.
 */
export const fp16: Precision = {
  id: 'fp16',
  coupled: false,
  // Half precision has 11 bits, and units without it emulate it differently.
  margin: { absolute: 5e-3, relative: 1e-2 },
  reads: ['calibration', 'evaluation'],
  async make({ extremes, convert }) {
    const ranges = await extremes?.();
    return convert({ pass: 'fp16', ...(ranges && { options: { ranges } }) });
  },
};
