import { sayWhatItStores } from '../stored-as.ts';
import type { Precision } from './precision.ts';

/** The model as it came: the reference of every other precision. */
export const fp32: Precision = {
  id: 'fp32',
  coupled: false,
  // float32 sums reordered over a deep network stay within 1e-4.
  margin: { absolute: 1e-4, relative: 1e-3 },
  reads: [],
  make: async ({ source: { bytes, data, facts } }) => ({
    bytes,
    ...(data && { data }),
    notes: [],
    warnings: sayWhatItStores(facts),
  }),
};
