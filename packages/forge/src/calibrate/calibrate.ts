import type { Digest } from '@selvedge/core/schema';
import type { Engine, Tensors } from '@selvedge/infer/engine';
import {
  addObservers,
  ChannelMeanCollector,
  type ChannelMeans,
  type Model,
  type Observer,
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
  const observed = addObservers(prepared, collector.names, requests);
  const see = (values: Tensors) => {
    for (const { name = '' } of prepared.graph.input) {
      const tensor = values[name];
      if (!(tensor?.data instanceof Float32Array)) continue;
      collector.observe(name, tensor.data);
      means.add(name, tensor.data, tensor.shape);
    }
    for (const observer of observed.observers) seeValue(values, observer, collector, means);
  };
  await observeValues(engine, observed.model, dataset, see, options);
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

function seeValue(
  values: Tensors,
  { value, elements, ends, mean }: Observer,
  collector: RangeCollector,
  means: ChannelMeanCollector,
): void {
  const tensor = values[elements];
  if (!(tensor?.data instanceof Float32Array)) return;
  const numberOf = (name: string) => Number(values[name]?.data[0]);
  const range = ends && { min: numberOf(ends.min), max: numberOf(ends.max) };
  collector.observe(value, tensor.data, range);
  if (!ends) means.add(value, tensor.data, tensor.shape);
  else if (mean) means.addMeans(value, values[mean]?.data as Float32Array);
}
