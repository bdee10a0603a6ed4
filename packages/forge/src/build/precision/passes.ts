import { toSelvedgeError } from '@selvedge/core/errors';
import {
  concat,
  type Float16Options,
  type Model,
  type PassResult,
  type QuantizeOptions,
  quantizeDynamic,
  toFloat16,
  writeModel,
} from '@selvedge/onnx';
import { type ModelFile, openModelFile, writeModelFile } from '../model-file.ts';
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
 * Runs a pass over a model. One that it stumbles over is skipped for that precision, not the end of
 * the build.
 *
 * @param workspace where the weights of a streamed model go
 */
export function runPass(file: ModelFile, request: PassRequest, workspace: string): Converted {
  try {
    const opened = openModelFile(file, 'the model', workspace);
    const { model, report } = resultOf(opened, request);
    const notes = [...report.left];
    if (report.skipped !== undefined) return { notes, skipped: report.skipped };
    const written = file.data
      ? writeModelFile(model, workspace)
      : { bytes: concat(writeModel(model)) };
    return { ...written, notes, warnings: report.warnings };
  } catch (caught) {
    return { notes: [], skipped: `the conversion failed: ${toSelvedgeError(caught).message}` };
  }
}
