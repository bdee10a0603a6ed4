import type { Precision } from './precision.ts';

/** 4-bit weights; activations as they were. Calibration samples, where there are any, round better. */
export const int4: Precision = {
  id: 'int4',
  coupled: false,
  // Weights are as exact on every machine; what differs is the order of sums, and accumulators that
  // some kernels hold in 8 bits.
  margin: { absolute: 1e-2, relative: 1e-2 },
  reads: ['calibration'],
  async make({ calibrated, convert }) {
    const moments = await calibrated?.moments();
    return convert({ pass: 'int4', options: moments ? { moments } : {} });
  },
};
