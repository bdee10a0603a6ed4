import type { Digest } from '@selvedge/core/schema';
import type { Engine, Tensor } from '@selvedge/infer/engine';
import {
  ChannelMeanCollector,
  type ChannelMeans,
  type Model,
  observableMeans,
  observableValues,
  prepareStatic,
  type Range,
  RangeCollector,
  type RangeMethod,
  type StaticOptions,
} from '@selvedge/onnx';
import type { Dataset } from '../dataset/index.ts';
import { type ObserveOptions, observeValues } from './observe-values.ts';

/** What a model's values are like on calibration data: what `quantizeStatic` is given. */
export interface Calibration {
  readonly ranges: ReadonlyMap<string, Range>;
  readonly means: ChannelMeans;
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

/** What measured best over the shared models (docs/decisions, static quantisation). */
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
  const collector = new RangeCollector(observableValues(prepared, quantize));
  if (collector.names.length === 0) return { skipped: 'no layer to quantise' };
  const requests = observableMeans(prepared, quantize);
  const means = new ChannelMeanCollector(requests);
  const names = new Set([...collector.names, ...requests.map(({ value }) => value)]);
  const see = (name: string, { data, shape }: Tensor) => {
    if (!(data instanceof Float32Array)) return;
    collector.observe(name, data);
    means.add(name, data, shape);
  };
  await observeValues(
    engine,
    prepared,
    [...names],
    dataset,
    (values) => {
      for (const name of names) if (values[name]) see(name, values[name]);
    },
    options,
  );
  const { bits = 8, symmetric = false } = {
    bits: quantize.activationBits,
    symmetric: quantize.symmetricActivations,
  };
  const ranges = collector.ranges({
    method,
    ...(percentile !== undefined && { percentile }),
    levels: { bits, symmetric },
  });
  const { samples, digest } = dataset;
  return { ranges, means: means.means(), method, samples, digest };
}
