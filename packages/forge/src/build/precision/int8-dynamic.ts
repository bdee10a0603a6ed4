import type { Precision } from './precision.ts';

/** 8-bit weights; the range of an activation is taken anew in every run, so no data is needed. */
export const int8Dynamic: Precision = {
  id: 'int8-dynamic',
  coupled: true,
  // One step of a quantised activation is 1/255 of its range, and a range that rounds differently
  // moves many elements by a step.
  margin: { absolute: 2e-2, relative: 2e-2 },
  reads: [],
  make: ({ convert }) => convert({ pass: 'int8-dynamic' }),
};
