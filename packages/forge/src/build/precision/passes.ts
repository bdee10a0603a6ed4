import { toSelvedgeError } from '@selvedge/core/errors';
import {
  concat,
  type Float16Options,
  type Model,
  type PassResult,
  type QuantizeOptions,
  quantizeDynamic,
  readModel,
  toFloat16,
  writeModel,
} from '@selvedge/onnx';
import type { Converted } from './precision.ts';

/** A pass and its options, as they cross to a thread. */
export type PassRequest =
  | { readonly pass: 'fp16'; readonly options?: Float16Options }
  | { readonly pass: 'int8-dynamic'; readonly options?: QuantizeOptions };

function resultOf(model: Model, request: PassRequest): PassResult {
  switch (request.pass) {
    case 'fp16':
      return toFloat16(model, request.options);
    case 'int8-dynamic':
      return quantizeDynamic(model, request.options);
  }
}

/**
 * Runs a pass over an ONNX file. A model that it stumbles over is skipped for that precision, not
 * the end of the build.
 */
export function runPass(file: Uint8Array, request: PassRequest): Converted {
  try {
    const { model, report } = resultOf(readModel(file), request);
    const notes = [...report.left];
    if (report.skipped !== undefined) return { notes, skipped: report.skipped };
    return { bytes: concat(writeModel(model)), notes, warnings: report.warnings };
  } catch (caught) {
    return { notes: [], skipped: `the conversion failed: ${toSelvedgeError(caught).message}` };
  }
}
