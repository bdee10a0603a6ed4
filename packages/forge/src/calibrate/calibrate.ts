import type { Digest } from '@selvedge/core/schema';
import type { Engine, Tensor, Tensors } from '@selvedge/infer/engine';
import {
  addObservers,
  ChannelMeanCollector,
  type ChannelMeans,
  type LayerMoments,
  type Model,
  MomentCollector,
  type MomentRequest,
  momentRequests,
  type ObservedModel,
  observableMeans,
  observableValues,
  prepareStatic,
  type Range,
  RangeCollector,
  type RangeMethod,
  type StaticOptions,
  type ValueObserver,
} from '@selvedge/onnx';
import type { Dataset } from '../dataset/index.ts';
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
  const collecting = new Collecting(prepared, quantize, dataset.samples);
  if (collecting.ranges.names.length === 0) return { skipped: 'no layer to quantise' };
  const { model: observed } = collecting.observed;
  await observeValues(
    engine,
    observed,
    dataset,
    (values, at) => collecting.see(values, at),
    options,
  );
  const { bits = 8, symmetric = false } = {
    bits: quantize.activationBits,
    symmetric: quantize.symmetricActivations,
  };
  const ranges = collecting.ranges.ranges({
    method,
    ...(percentile !== undefined && { percentile }),
    levels: { bits, symmetric },
  });
  const { samples, digest } = dataset;
  const { means, moments } = collecting;
  return { ranges, means: means.means(), moments: moments.moments(), method, samples, digest };
}

/** Rows of a layer's input that make its moments; with twice as many nothing measurable is won. */
const rowsFor = ({ size }: MomentRequest): number => Math.max(1024, 4 * size);

/** A layer with more inputs is rounded plainly: the matrix and its inverse would take seconds. */
const largest = 640;

/** What is collected while samples go through. */
class Collecting {
  readonly observed: ObservedModel;
  readonly ranges: RangeCollector;
  readonly means: ChannelMeanCollector;
  readonly moments: MomentCollector;
  readonly #inputs: readonly string[];
  readonly #samples: number;

  constructor(model: Model, options: StaticOptions, samples: number) {
    const values = observableValues(model, options);
    const means = observableMeans(model, options);
    const requests = momentRequests(model, { minWeights: 64 });
    const moments = requests.filter(({ size, value }) => size <= largest && values.includes(value));
    const rows = (request: MomentRequest) => Math.ceil(rowsFor(request) / samples);
    this.observed = addObservers(model, { values, means, moments, rows });
    this.ranges = new RangeCollector(values);
    this.means = new ChannelMeanCollector(means);
    this.moments = new MomentCollector(this.observed.rows.map(({ request }) => request));
    this.#inputs = model.graph.input.map(({ name }) => name ?? '');
    this.#samples = samples;
  }

  see(values: Tensors, sample: number): void {
    for (const name of this.#inputs) {
      const tensor = floats(values[name]);
      if (!tensor) continue;
      this.ranges.observe(name, tensor.data);
      this.means.add(name, tensor.data, tensor.shape);
    }
    for (const observer of this.observed.values) this.#seeValue(values, observer);
    for (const { output, request } of this.observed.rows) {
      const tensor = floats(values[output]);
      const isTurn = sample % Math.ceil(this.#samples / rowsFor(request)) === 0;
      if (tensor && isTurn) this.moments.add(request.value, tensor.data, tensor.shape);
    }
  }

  #seeValue(values: Tensors, { value, elements, ends, mean }: ValueObserver): void {
    const tensor = floats(values[elements]);
    if (!tensor) return;
    const numberOf = (name: string) => Number(values[name]?.data[0]);
    const range = ends && { min: numberOf(ends.min), max: numberOf(ends.max) };
    this.ranges.observe(value, tensor.data, range);
    if (!ends) this.means.add(value, tensor.data, tensor.shape);
    const known = mean === undefined ? undefined : floats(values[mean]);
    if (known) this.means.addMeans(value, known.data);
  }
}

function floats(
  tensor: Tensor | undefined,
): { data: Float32Array; shape: readonly number[] } | undefined {
  if (!(tensor?.data instanceof Float32Array)) return undefined;
  return { data: tensor.data, shape: tensor.shape };
}
