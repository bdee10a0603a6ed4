import { makeAttribute, makeNode, makeTensor } from '../build/make.ts';
import {
  attribute,
  floatAttribute,
  intAttribute,
  intsAttribute,
  isDefaultDomain,
} from '../graph/attribute.ts';
import { mapGraphs } from '../graph/map-graphs.ts';
import { opsetVersion } from '../graph/walk.ts';
import { NamePool } from '../pass/name-pool.ts';
import { type Inference, inferValues } from '../shape/infer.ts';
import { edit } from '../wire/message.ts';
import type { GraphProto, NodeProto, TensorProto } from '../wire/messages.ts';
import type { Model } from '../wire/model.ts';
import { upgradeOpset } from './upgrade.ts';

/** The version whose QuantizeLinear and DequantizeLinear have an axis. */
const target = 13;

/**
 * Raises a model of opset 7 to 12 to opset 13, by way of {@link upgradeOpset}. What changed from 11
 * to 13 (ONNX Changelog): axes of Squeeze, Unsqueeze and ReduceSum, the parts of Split and the ratio
 * of Dropout became inputs; Softmax and its kin stopped flattening their input.
 *
 * @returns the model, or why it cannot be raised. Models of opset 13 and later as they are.
 */
export function raiseTo13(model: Model): Model | { readonly reason: string } {
  const from = opsetVersion(model);
  if (from !== undefined && from >= target) return model;
  const eleven = upgradeOpset(model);
  if ('reason' in eleven) return eleven;
  const names = new NamePool(eleven);
  const inference = inferValues(eleven);
  const raised = mapGraphs(eleven, (graph, scope) => {
    const rewriting = new GraphRewriting(scope.graph, inference, names);
    return rewriting.run(graph);
  });
  const opsetImport = raised.opsetImport.map((entry) =>
    isDefaultDomain(entry.domain) ? edit(entry, { version: target }) : entry,
  );
  return edit(raised, { opsetImport });
}

class GraphRewriting {
  readonly #before: GraphProto;
  readonly #inference: Inference;
  readonly #names: NamePool;
  readonly #added: TensorProto[] = [];

  constructor(before: GraphProto, inference: Inference, names: NamePool) {
    this.#before = before;
    this.#inference = inference;
    this.#names = names;
  }

  run(graph: GraphProto): GraphProto {
    const node = graph.node.flatMap((entry) =>
      isDefaultDomain(entry.domain) ? this.#node(entry) : entry,
    );
    if (node.every((entry, at) => entry === graph.node[at])) return graph;
    return edit(graph, { node, initializer: [...graph.initializer, ...this.#added] });
  }

  #node(node: NodeProto): NodeProto | NodeProto[] {
    const op = node.opType ?? '';
    if (op === 'Squeeze' || op === 'Unsqueeze' || op === 'ReduceSum')
      return this.#listToInput(node, 'axes');
    if (op === 'Split') return this.#listToInput(node, 'split');
    if (op === 'Dropout') return this.#dropout(node);
    if (op === 'Softmax' || op === 'LogSoftmax' || op === 'Hardmax') return this.#softmax(node);
    return node;
  }

  #listToInput(node: NodeProto, name: string): NodeProto {
    const list = intsAttribute(node, name);
    if (!list) return node;
    const stored = this.#store(node, name, [list.length], BigInt64Array.from(list, BigInt));
    return edit(node, { input: [node.input[0] ?? '', stored], attribute: without(node, name) });
  }

  #dropout(node: NodeProto): NodeProto {
    if (!attribute(node, 'ratio')) return node;
    const ratio = Float32Array.of(floatAttribute(node, 'ratio', 0.5));
    const stored = this.#store(node, 'ratio', [], ratio);
    return edit(node, { input: [node.input[0] ?? '', stored], attribute: without(node, 'ratio') });
  }

  /**
   * Until 12 everything from the axis on was one row. Of the last axis alone both mean the same; of
   * another, or of a rank that nobody knows, Flatten makes the row.
   */
  #softmax(node: NodeProto): NodeProto | NodeProto[] {
    const axis = intAttribute(node, 'axis', 1);
    const [x = '', y = ''] = [node.input[0], node.output[0]];
    const rank = this.#inference.of(this.#before, x).shape?.length;
    const attributes = [...without(node, 'axis'), makeAttribute('axis', -1)];
    if (axis === -1 || (rank !== undefined && axis === rank - 1))
      return edit(node, { attribute: attributes });
    const [rows, done, shape] = ['rows', 'done', 'shape'].map((what) =>
      this.#names.fresh(`${y}.${what}`),
    ) as [string, string, string];
    return [
      makeNode('Flatten', [x], [rows], { axis }),
      edit(node, { input: [rows], output: [done], attribute: attributes }),
      makeNode('Shape', [x], [shape]),
      makeNode('Reshape', [done, shape], [y]),
    ];
  }

  #store(
    node: NodeProto,
    what: string,
    dims: number[],
    data: Float32Array | BigInt64Array,
  ): string {
    const name = this.#names.fresh(`${node.output[0]}.${what}`);
    this.#added.push(makeTensor(name, dims, data));
    return name;
  }
}

const without = (node: NodeProto, name: string) =>
  node.attribute.filter((entry) => entry.name !== name);
