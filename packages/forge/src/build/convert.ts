import type { Model } from '@selvedge/onnx';
import type { PassNote } from '../report/index.ts';

/** What a conversion made of a model, or why it made nothing. */
export type Converted =
  | {
      readonly model: Model;
      readonly notes: readonly PassNote[];
      readonly warnings: readonly string[];
    }
  | { readonly skipped: string };

/** Precisions that can be built, in the order in which reports show them. */
export const precisions: readonly string[] = ['fp32'];

/**
 * Precisions whose answers depend on what else is in a batch: dynamic quantisation takes its range
 * over the whole tensor. They are measured one sample at a time, as they are used.
 */
export const isBatchCoupled = (precision: string): boolean => precision === 'int8-dynamic';

/** A model in another precision. `fp32` is the model as it came. */
export function convert(model: Model, precision: string): Converted {
  if (precision === 'fp32') return { model, notes: [], warnings: [] };
  return { skipped: `there is no conversion to ${precision}` };
}
