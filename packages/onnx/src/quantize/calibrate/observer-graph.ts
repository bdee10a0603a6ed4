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
  /** Observers of one value each, with the position of what makes the value. */
  readonly #groups: { readonly position: number; readonly nodes: NodeProto[] }[] = [];
  readonly #positions: ReadonlyMap<string, number>;
  #count = 0;
  readonly #constants = new Map<string, TensorProto>();

  constructor(model: Model) {
    this.#model = model;
    this.opset = opsetVersion(model) ?? 0;
    this.#names = new NamePool(model);
    this.#positions = new Map(
      model.graph.node.flatMap(({ output }, at) => output.map((name) => [name, at] as const)),
    );
    this.#outputs = new Set(model.graph.output.map(({ name }) => name ?? ''));
  }

  /** The nodes that follow look at this value. */
  look(value: string): void {
    this.#groups.push({ position: this.#positions.get(value) ?? -1, nodes: [] });
  }

  /** A node; the name of what it makes. */
  node(op: string, inputs: readonly string[], attributes: Attributes = {}): string {
    const output = this.#names.fresh(`observer.${this.#count++}`);
    this.#groups.at(-1)?.nodes.push(makeNode(op, inputs, [output], attributes));
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

  /**
   * ONNX Runtime runs a graph from its last leaf back: with the observers of early values last, a
   * value is looked at and freed before the next layer runs, instead of all of them at the end.
   */
  finish(): Model {
    const { graph } = this.#model;
    const last = this.#groups.toSorted((a, b) => b.position - a.position);
    const node = [...graph.node, ...last.flatMap(({ nodes }) => nodes)];
    const initializer = [...graph.initializer, ...this.#constants.values()];
    const output = [...graph.output, ...this.#shown];
    return edit(this.#model, { graph: edit(graph, { node, initializer, output }) });
  }
}
