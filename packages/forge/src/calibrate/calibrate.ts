import { isSelvedgeError } from '@selvedge/core/errors';
import type { Digest } from '@selvedge/core/schema';
import { formatBytes } from '@selvedge/core/units';
import type { Engine, Tensors } from '@selvedge/infer/engine';
import {
  byteLength,
  type ChannelMeans,
  elementCount,
  type LayerMoments,
  type Model,
  prepareStatic,
  quantizeStatic,
  type Range,
  type RangeMethod,
  type StaticOptions,
  storedTensors,
  typeOfTensor,
} from '@selvedge/onnx';
import type { Dataset } from '../dataset/index.ts';
import { Collecting } from './collecting.ts';
import { type ObserveOptions, observeValues } from './observe-values.ts';

/** What a model's values are like on calibration data: what `quantizeStatic` is given. */
export interface Calibration {
  readonly ranges: ReadonlyMap<string, Range>;
  readonly means: ChannelMeans;
  /** Of layers that are not too large for it. */
  readonly moments: LayerMoments;
  readonly method: RangeMethod;
  readonly samples: number;
  /** Of the data set. */
  readonly digest: Digest;
}

export interface CalibrateOptions extends ObserveOptions {
  /** How ranges are taken. Default {@link defaultMethod}. */
  readonly method?: RangeMethod;
  /** For the method `percentile`. */
  readonly percentile?: number;
  /** What the model will be quantised with; `keepNodes` may be another later. */
  readonly quantize?: StaticOptions;
}

/** What measured best over the shared models (docs/decisions/0017-static-int8.md). */
export const defaultMethod: RangeMethod = 'mse';

/**
 * Runs a model on calibration data and takes from it what static quantisation needs. Memory does
 * not grow with the number of samples.
 *
 * @returns the calibration, or why the model cannot be quantised
 * @throws SelvedgeError `bad-dataset` naming file, sample and what is wrong; `bad-model`;
 * `engine-failed`; `cancelled`
 */
export async function calibrate(
  engine: Engine,
  model: Model,
  dataset: Dataset,
  options: CalibrateOptions = {},
): Promise<Calibration | { readonly skipped: string }> {
  const { method = defaultMethod, percentile, quantize = {} } = options;
  const prepared = prepareStatic(model);
  if ('reason' in prepared) return { skipped: prepared.reason };
  const collecting = new Collecting(
    prepared,
    quantize,
    dataset.samples,
    elementsFor(method, dataset),
  );
  if (collecting.ranges.names.length === 0)
    return { skipped: quantizeStatic(model, new Map()).report.skipped ?? 'no layer to quantise' };
  const bytes = options.load ? 0 : weightBytes(prepared);
  if (bytes >= largestFile)
    return { skipped: `its weights take ${formatBytes(bytes)}: one file holds less than 2 GiB` };
  const { model: observed } = collecting.observed;
  const see = (values: Tensors, at: number) => collecting.see(values, at);
  const refusal = await observeValues(engine, observed, dataset, see, {
    ...options,
    plain: prepared,
  }).catch(refusalOf);
  if (refusal !== undefined) return { skipped: refusal };
  const ranges = collecting.ranges.ranges({
    method,
    ...(percentile !== undefined && { percentile }),
    bits: quantize.activationBits ?? 8,
  });
  const { samples, digest } = dataset;
  const { means, moments } = collecting;
  return { ranges, means: means.means(), moments: moments.moments(), method, samples, digest };
}

/** The source loaded: where its prepared form does not, this precision cannot be had, others can. */
function refusalOf(caught: unknown): string {
  if (!isSelvedgeError(caught) || caught.code !== 'bad-model') throw caught;
  return `the engine does not take it as it is prepared for 8 bits: ${caught.message}`;
}

/**
 * Elements of a value that are counted of one sample. The ends are always found, and nothing else
 * makes a range of `minmax`; a histogram of a quarter of a million says where to clip.
 */
function elementsFor(method: RangeMethod, { samples }: Dataset): number {
  if (method === 'minmax') return 0;
  return Math.min(65_536, Math.max(4096, Math.ceil(2 ** 18 / samples)));
}

/** Protobuf ends here; weights beside the model need a `load` of the caller's. */
const largestFile = 2 ** 31;

function weightBytes(model: Model): number {
  let bytes = 0;
  for (const tensor of storedTensors(model))
    bytes += byteLength(typeOfTensor(tensor), elementCount(tensor));
  return bytes;
}
