import { makeNode, makeTensor, makeValueInfo } from '../../build/make.ts';
import { opsetVersion } from '../../graph/walk.ts';
import { NamePool } from '../../pass/name-pool.ts';
import { countOf } from '../../shape/facts.ts';
import { inferValues } from '../../shape/infer.ts';
import { edit } from '../../wire/message.ts';
import type { NodeProto, TensorProto, ValueInfoProto } from '../../wire/messages.ts';
import type { Model } from '../../wire/model.ts';
import type { MeanRequest } from './channel-means.ts';
import { countedPerTensor } from './histogram.ts';

/** The outputs of a model with observers that tell of one value. */
export interface Observer {
  readonly value: string;
  /** All elements, or those that a histogram counts, spread evenly. */
  readonly elements: string;
  /** Where `elements` are not all: its smallest and largest element. */
  readonly ends?: { readonly min: string; readonly max: string };
  /** Its mean per channel, where that was asked for and `elements` are not all. */
  readonly mean?: string;
}

/**
 * The model with outputs for calibration. A large value is not given out whole: the engine finds its
 * ends, its means and an even choice of its elements itself, in a few nodes behind it, so that what
 * leaves the engine is small however large an image is. Inputs of the model are the caller's.
 *
 * @param values values of the main graph
 * @param means those whose mean per channel is wanted; they may also be among `values`
 */
export function addObservers(
  model: Model,
  values: readonly string[],
  means: readonly MeanRequest[],
): { readonly model: Model; readonly observers: readonly Observer[] } {
  const { graph } = model;
  const inference = inferValues(model);
  const given = new Set(graph.input.map(({ name }) => name));
  const writing = new ObserverWriting(model);
  const axes = new Map(means.map(({ value, axis }) => [value, axis]));
  const observers: Observer[] = [];
  for (const value of new Set([...values, ...axes.keys()])) {
    if (given.has(value)) continue;
    const count = countOf(inference.of(graph, value).shape);
    const isSmall = count !== undefined && count <= countedPerTensor;
    observers.push(isSmall ? writing.whole(value) : writing.digest(value, axes.get(value)));
  }
  return { model: writing.finish(), observers };
}

class ObserverWriting {
  readonly #model: Model;
  readonly #names: NamePool;
  readonly #outputs = new Set<string>();
  readonly #shown: ValueInfoProto[] = [];
  readonly #nodes: NodeProto[] = [];
  readonly #constants = new Map<string, TensorProto>();

  constructor(model: Model) {
    this.#model = model;
    this.#names = new NamePool(model);
    for (const { name } of model.graph.output) this.#outputs.add(name ?? '');
  }

  whole(value: string): Observer {
    return { value, elements: this.#show(value) };
  }

  digest(value: string, axis: number | undefined): Observer {
    const flat = this.#node('Reshape', [value, this.#integers(-1)]);
    const size = this.#node('Size', [value]);
    const halves = this.#node('Div', [size, this.#integers(2 * countedPerTensor)]);
    const even = this.#node('Mul', [halves, this.#integers(2)]);
    const step = this.#node('Add', [even, this.#integers(1)]);
    const inputs = [flat, this.#integers(0), this.#integers(2 ** 53), this.#integers(0), step];
    const elements = this.#show(this.#node('Slice', inputs));
    const min = this.#show(this.#node('ReduceMin', [value], { keepdims: 0 }));
    const max = this.#show(this.#node('ReduceMax', [value], { keepdims: 0 }));
    const mean = axis === undefined ? {} : { mean: this.#show(this.#mean(value, axis)) };
    return { value, elements, ends: { min, max }, ...mean };
  }

  finish(): Model {
    const { graph } = this.#model;
    const node = [...graph.node, ...this.#nodes];
    const initializer = [...graph.initializer, ...this.#constants.values()];
    const output = [...graph.output, ...this.#shown];
    return edit(this.#model, { graph: edit(graph, { node, initializer, output }) });
  }

  /** Over batch and space for channels at axis 1, over all before the last for those at the end. */
  #mean(value: string, axis: number): string {
    const isLast = axis === -1;
    const rows = isLast ? value : this.#node('Reshape', [value, this.#integers(0, 0, -1)]);
    const axes = isLast ? [0] : [0, 2];
    if ((opsetVersion(this.#model) ?? 0) < 18)
      return this.#node('ReduceMean', [rows], { axes, keepdims: 0 });
    return this.#node('ReduceMean', [rows, this.#integers(...axes)], { keepdims: 0 });
  }

  #node(op: string, inputs: string[], attributes: Record<string, number | number[]> = {}): string {
    const output = this.#names.fresh(`observer.${this.#nodes.length}`);
    this.#nodes.push(makeNode(op, inputs, [output], attributes));
    return output;
  }

  #integers(...values: number[]): string {
    const key = values.join();
    let tensor = this.#constants.get(key);
    if (!tensor) {
      const name = this.#names.fresh(`observer.constant.${key}`);
      tensor = makeTensor(name, [values.length], BigInt64Array.from(values, BigInt));
      this.#constants.set(key, tensor);
    }
    return tensor.name ?? '';
  }

  #show(name: string): string {
    if (!this.#outputs.has(name)) {
      this.#outputs.add(name);
      this.#shown.push(makeValueInfo(name, 'float32'));
    }
    return name;
  }
}
