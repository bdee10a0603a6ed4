import { toSelvedgeError } from '@selvedge/core/errors';
import {
  clusterWeights,
  concat,
  type Float16Options,
  type Model,
  type PassResult,
  prepareStatic,
  pruneWeights,
  type QuantizeOptions,
  quantizeDynamic,
  quantizeStatic,
  quantizeWeights4,
  type StaticOptions,
  toFloat16,
  type Weights4Options,
  writeModel,
} from '@selvedge/onnx';
import { type ModelFile, openModelFile, writeModelFile } from '../model-file.ts';
import type { Converted } from './converted.ts';
import type { Ranges } from './learned.ts';

/** A pass and its options, as they cross to a thread. */
export type PassRequest =
  | { readonly pass: 'fp16'; readonly options?: Float16Options }
  | { readonly pass: 'prune' | 'cluster' }
  | { readonly pass: 'int8-dynamic'; readonly options?: QuantizeOptions }
  | { readonly pass: 'int8'; readonly ranges: Ranges; readonly options?: StaticOptions }
  | { readonly pass: 'int4'; readonly options?: Weights4Options }
  | {
      readonly pass: 'mixed';
      readonly ranges: Ranges;
      readonly options?: StaticOptions;
      readonly moved: readonly string[];
    };

function resultOf(model: Model, request: PassRequest): PassResult {
  switch (request.pass) {
    case 'fp16':
      return toFloat16(model, request.options);
    case 'int8-dynamic':
      return quantizeDynamic(model, request.options);
    case 'int8':
      return quantizeStatic(model, request.ranges, request.options);
    case 'int4':
      return quantizeWeights4(model, request.options);
    case 'prune':
      return pruneWeights(model);
    case 'cluster':
      return clusterWeights(model);
    case 'mixed':
      return mix(model, request.ranges, request.options ?? {}, request.moved);
  }
}

/** 8 bits but for the nodes that are moved, which are in 16. */
function mix(
  model: Model,
  ranges: Ranges,
  options: StaticOptions,
  moved: readonly string[],
): PassResult {
  const eight = quantizeStatic(model, ranges, { ...options, keepNodes: moved });
  const base = eight.report.skipped === undefined ? eight.model : preparedOr(model);
  const isMoved = new Set(moved);
  const keepNodes = base.graph.node
    .map(({ name, output }) => name || (output[0] ?? ''))
    .filter((name) => !isMoved.has(name));
  const half = toFloat16(base, { keepNodes });
  if (half.report.skipped !== undefined) return eight.report.skipped === undefined ? eight : half;
  // What was asked for is no news.
  const left = eight.report.left.filter(({ node }) => !isMoved.has(node));
  const changed = [...eight.report.changed, ...half.report.changed];
  const warnings = [...eight.report.warnings, ...half.report.warnings];
  return { model: half.model, report: { changed, left, warnings } };
}

/** Layers are named as they are once norms are folded into them. */
function preparedOr(model: Model): Model {
  const prepared = prepareStatic(model);
  return 'reason' in prepared ? model : prepared;
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
    return { ...written, notes, warnings: report.warnings, changed: report.changed };
  } catch (caught) {
    return { notes: [], skipped: `the conversion failed: ${toSelvedgeError(caught).message}` };
  }
}
