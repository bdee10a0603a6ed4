import type { Precision } from './precision.ts';

export const mixed: Precision = {
  id: 'mixed',
  coupled: false,
  margin: { absolute: 2e-2, relative: 2e-2 },
  reads: ['calibration', 'evaluation', 'bar', 'others'],
  make: async () => ({ notes: [], skipped: 'not built yet; int8-dynamic is' }),
};
