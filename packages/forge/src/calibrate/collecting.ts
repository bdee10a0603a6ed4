import type { Tensor, Tensors } from '@selvedge/infer/engine';
import {
  addObservers,
  ChannelMeanCollector,
  type Model,
  MomentCollector,
  momentRequests,
  type ObservedModel,
  observableMeans,
  observableValues,
  RangeCollector,
  type StaticOptions,
  type ValueObserver,
} from '@selvedge/onnx';

/** Inputs whose errors make up for each other. */
const blockSize = 96;

/** Rows of a layer's input that make its moments; with twice as many nothing measurable is won. */
const rowCount = 384;

/** A layer with more inputs is rounded plainly: its rows would fill the memory. */
const largest = 640;

/** What static quantisation learns of a prepared model while samples go through it. */
export class Collecting {
  readonly observed: ObservedModel;
  readonly ranges: RangeCollector;
  readonly means: ChannelMeanCollector;
  readonly moments: MomentCollector;
  readonly #inputs: readonly string[];
  readonly #samples: number;

  /** @param elements of a value that are counted in one run; 0: its ends are enough */
  constructor(model: Model, options: StaticOptions, samples: number, elements: number) {
    const values = observableValues(model, options);
    const means = observableMeans(model, options);
    const requests = momentRequests(model, { minWeights: 64 });
    const moments = requests.filter(({ size, value }) => size <= largest && values.includes(value));
    const rows = () => Math.ceil(rowCount / samples);
    this.observed = addObservers(model, {
      values,
      means,
      moments,
      rows,
      elements,
    });
    this.ranges = new RangeCollector(values, { endsOnly: elements === 0 });
    this.means = new ChannelMeanCollector(means);
    const observed = this.observed.rows.map(({ request }) => request);
    this.moments = new MomentCollector(observed, { blockSize });
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
      const isTurn = sample % Math.ceil(this.#samples / rowCount) === 0;
      if (tensor && isTurn) this.moments.add(request.value, tensor.data, tensor.shape);
    }
  }

  #seeValue(values: Tensors, { value, elements, ends, mean }: ValueObserver): void {
    const tensor = elements === undefined ? undefined : floats(values[elements]);
    const numberOf = (name: string) => Number(values[name]?.data[0]);
    const range = ends && { min: numberOf(ends.min), max: numberOf(ends.max) };
    if (tensor || range) this.ranges.observe(value, tensor?.data ?? [], range);
    if (tensor && !ends) this.means.add(value, tensor.data, tensor.shape);
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
