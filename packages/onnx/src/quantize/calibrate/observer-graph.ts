import {
  type Attributes,
  makeNode,
  makeTensor,
  makeValueInfo,
  type TensorSource,
} from '../../build/make.ts';
import { opsetVersion } from '../../graph/walk.ts';
import { NamePool } from '../../pass/name-pool.ts';
import { edit } from '../../wire/message.ts';
import type { NodeProto, TensorProto, ValueInfoProto } from '../../wire/messages.ts';
import type { Model } from '../../wire/model.ts';

/** A model that nodes, constants and outputs are added to behind what it has. */
export class ObserverGraph {
  readonly opset: number;
  readonly #model: Model;
  readonly #names: NamePool;
  readonly #outputs: Set<string>;
  readonly #shown: ValueInfoProto[] = [];
  readonly #nodes: NodeProto[] = [];
  readonly #constants = new Map<string, TensorProto>();

  constructor(model: Model) {
    this.#model = model;
    this.opset = opsetVersion(model) ?? 0;
    this.#names = new NamePool(model);
    this.#outputs = new Set(model.graph.output.map(({ name }) => name ?? ''));
  }

  /** A node; the name of what it makes. */
  node(op: string, inputs: readonly string[], attributes: Attributes = {}): string {
    const output = this.#names.fresh(`observer.${this.#nodes.length}`);
    this.#nodes.push(makeNode(op, inputs, [output], attributes));
    return output;
  }

  /** A vector of integers, stored once. */
  integers(...values: number[]): string {
    const data = BigInt64Array.from(values, BigInt);
    return this.constant(values.join(), [values.length], () => data);
  }

  /** A constant, stored once for each key. */
  constant(key: string, dims: readonly number[], data: () => TensorSource): string {
    let tensor = this.#constants.get(key);
    if (!tensor) {
      const name = this.#names.fresh(`observer.constant.${this.#constants.size}`);
      tensor = makeTensor(name, dims, data());
      this.#constants.set(key, tensor);
    }
    return tensor.name ?? '';
  }

  /** Makes a float32 value an output. */
  show(name: string): string {
    if (!this.#outputs.has(name)) {
      this.#outputs.add(name);
      this.#shown.push(makeValueInfo(name, 'float32'));
    }
    return name;
  }

  finish(): Model {
    const { graph } = this.#model;
    const node = [...graph.node, ...this.#nodes];
    const initializer = [...graph.initializer, ...this.#constants.values()];
    const output = [...graph.output, ...this.#shown];
    return edit(this.#model, { graph: edit(graph, { node, initializer, output }) });
  }
}
