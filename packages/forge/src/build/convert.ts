import { type Model, type PassResult, quantizeDynamic, toFloat16 } from '@selvedge/onnx';
import type { PassNote } from '../report/index.ts';

/** What a conversion made of a model, or why it made nothing; what it left alone, in either case. */
export type Converted = { readonly notes: readonly PassNote[] } & (
  | { readonly model: Model; readonly warnings: readonly string[] }
  | { readonly skipped: string }
);

const passes: Readonly<Record<string, (model: Model) => PassResult>> = {
  fp16: (model) => toFloat16(model),
  'int8-dynamic': (model) => quantizeDynamic(model),
};

/** Precisions that can be built so far, in the order in which reports show them. */
export const precisions: readonly string[] = ['fp32', ...Object.keys(passes)];

/**
 * Precisions whose answers depend on what else is in a batch: dynamic quantisation takes its range
 * over the whole tensor. They are measured one sample at a time, as they are used.
 */
export const isBatchCoupled = (precision: string): boolean => precision === 'int8-dynamic';

/** A model in a precision other than that it came in. */
export function convert(model: Model, precision: string): Converted {
  const pass = passes[precision];
  if (!pass) return { notes: [], skipped: 'not built yet; int8-dynamic is' };
  const { model: converted, report } = pass(model);
  const notes = [...report.left];
  if (report.skipped !== undefined) return { notes, skipped: report.skipped };
  return { model: converted, notes, warnings: report.warnings };
}
