import type { Workload } from '@selvedge/core/release';
import { isDefaultDomain, operatorName, subgraphs } from '../graph/attribute.ts';
import { storedTensors, walkNodes } from '../graph/walk.ts';
import { countOf, type ValueFacts } from '../shape/facts.ts';
import { type Inference, inferValues } from '../shape/infer.ts';
import type { InferenceOptions } from '../shape/inference-options.ts';
import { byteLength, dataTypeName } from '../tensor/data-type.ts';
import { elementCount } from '../tensor/values.ts';
import type { GraphProto, NodeProto, TensorProto } from '../wire/messages.ts';
import type { Model } from '../wire/model.ts';
import { nodeMacs } from './macs.ts';

/** What one node of the main graph costs; a node with subgraphs includes them. */
export interface NodeCount {
  readonly node: string;
  readonly op: string;
  readonly macs: number;
  /** Bytes of activations that it reads and writes. */
  readonly activationBytes: number;
  /** Bytes of stored tensors that it reads. */
  readonly weightBytes: number;
  readonly counted: boolean;
}

export interface ModelCounts {
  readonly workload: Workload;
  readonly nodes: readonly NodeCount[];
  /** Values of the main graph whose shape is not known: what an observation could complete. */
  readonly unknownShapes: readonly string[];
}

/**
 * What one inference costs: multiply-accumulates, bytes of weights and activations, and an upper
 * bound of memory when nodes run in order and each value is kept until its last reader is done.
 * Of an If the costlier branch counts. Whatever could not be counted is named in
 * `workload.uncounted`, and the figures are then lower bounds.
 */
export function countModel(model: Model, options: InferenceOptions = {}): ModelCounts {
  const inference = inferValues(model, options);
  const uncounted = new Set<string>();
  const main = countGraph(model.graph, inference, uncounted);
  let weightBytes = 0;
  for (const tensor of storedTensors(model)) weightBytes += storedBytes(tensor);
  for (const { node } of walkNodes(model)) weightBytes += tableBytes(node);
  const names = [
    ...model.graph.input.map(({ name }) => name),
    ...model.graph.node.flatMap(({ output }) => output),
  ];
  return {
    workload: {
      macs: main.macs,
      weightBytes,
      activationBytes: main.activationBytes,
      peakMemoryBytes: weightBytes + main.peak,
      nodes: main.allNodes,
      ...(uncounted.size > 0 && { uncounted: [...uncounted].sort() }),
    },
    nodes: main.nodes,
    unknownShapes: names.filter(
      (name): name is string =>
        !!name && countOf(inference.of(model.graph, name).shape) === undefined,
    ),
  };
}

interface GraphCount {
  macs: number;
  activationBytes: number;
  /** Most bytes of activations that are alive at once. */
  peak: number;
  allNodes: number;
  nodes: NodeCount[];
}

function countGraph(graph: GraphProto, inference: Inference, uncounted: Set<string>): GraphCount {
  const total: GraphCount = { macs: 0, activationBytes: 0, peak: 0, allNodes: 0, nodes: [] };
  const stored = new Set(graph.initializer.map(({ name }) => name));
  const live = liveness(graph);
  let alive = 0;
  const bytesOf = (name: string) =>
    name === '' || stored.has(name) ? 0 : (valueBytes(inference.of(graph, name)) ?? 0);
  for (const { name } of graph.input) alive += bytesOf(name ?? '');
  for (const [index, node] of graph.node.entries()) {
    const inner = countInner(node, inference, uncounted);
    const own = countNode(node, graph, inference, stored);
    if (!own.counted) uncounted.add(operatorName(node));
    const macs = own.macs + inner.macs;
    const activationBytes = own.activationBytes + inner.activationBytes;
    total.nodes.push({ ...own, macs, activationBytes });
    total.macs += macs;
    total.activationBytes += activationBytes;
    total.allNodes += 1 + inner.allNodes;
    for (const name of node.output) alive += bytesOf(name);
    total.peak = Math.max(total.peak, alive + inner.peak);
    for (const name of live[index] ?? []) alive -= bytesOf(name);
  }
  total.peak = Math.max(total.peak, alive);
  return total;
}

/** Subgraphs: the costlier branch of an If; of a Loop or Scan one round, and the operator is named. */
function countInner(node: NodeProto, inference: Inference, uncounted: Set<string>): GraphCount {
  const counts = subgraphs(node).map((graph) => countGraph(graph, inference, uncounted));
  const allNodes = counts.reduce((sum, count) => sum + count.allNodes, 0);
  const [first] = counts.sort((a, b) => b.macs - a.macs || b.activationBytes - a.activationBytes);
  return { ...(first ?? { macs: 0, activationBytes: 0, peak: 0, nodes: [] }), allNodes };
}

function countNode(
  node: NodeProto,
  graph: GraphProto,
  inference: Inference,
  stored: ReadonlySet<string | undefined>,
): NodeCount {
  const read = node.input.map((name) => inference.of(graph, name));
  const made = node.output.map((name) => inference.of(graph, name));
  const known =
    node.opType === 'If' && isDefaultDomain(node.domain)
      ? 0
      : nodeMacs(
          node,
          read.map(({ shape }) => shape),
          made[0]?.shape,
        );
  let activationBytes = 0;
  let weightBytes = 0;
  let whole = true;
  const add = (name: string, facts: ValueFacts) => {
    if (name === '') return;
    const bytes = valueBytes(facts);
    if (bytes === undefined) whole = false;
    else if (stored.has(name)) weightBytes += bytes;
    else activationBytes += bytes;
  };
  if (!views.has(node.opType ?? '')) {
    for (const [at, name] of node.input.entries()) add(name, read[at]!);
    for (const [at, name] of node.output.entries()) add(name, made[at]!);
  }
  return {
    node: node.name || node.output[0] || '',
    op: operatorName(node),
    macs: known ?? 0,
    activationBytes,
    weightBytes,
    counted: known !== undefined && whole,
  };
}

/** Operators that change how elements are looked at and move none. */
const views: ReadonlySet<string> = new Set([
  ...[
    'Constant',
    'Dropout',
    'Flatten',
    'Identity',
    'If',
    'Reshape',
    'Shape',
    'Size',
    'Squeeze',
    'Unsqueeze',
  ],
]);

/** For each node, the values that nothing reads after it. Outputs of the graph live on. */
function liveness(graph: GraphProto): string[][] {
  const last = new Map<string, number>();
  for (const [index, node] of graph.node.entries()) {
    for (const name of [...node.output, ...node.input]) last.set(name, index);
    for (const inner of subgraphs(node)) for (const name of namesRead(inner)) last.set(name, index);
  }
  for (const { name } of graph.output) last.delete(name ?? '');
  const own = new Set([
    ...graph.node.flatMap(({ output }) => output),
    ...graph.input.map(({ name }) => name ?? ''),
  ]);
  const dying: string[][] = graph.node.map(() => []);
  for (const [name, index] of last) if (own.has(name)) dying[index]!.push(name);
  return dying;
}

function* namesRead(graph: GraphProto): Generator<string> {
  for (const node of graph.node) {
    yield* node.input;
    for (const inner of subgraphs(node)) yield* namesRead(inner);
  }
  for (const { name } of graph.output) if (name) yield name;
}

/** Bytes of a value; strings and unknown types count as unknown. */
function valueBytes({ type, shape }: ValueFacts): number | undefined {
  const count = countOf(shape);
  return count === undefined || !type || type === 'string' ? undefined : byteLength(type, count);
}

function storedBytes(tensor: TensorProto): number {
  const type = dataTypeName(tensor.dataType);
  if (type === 'string') return tensor.stringData.reduce((sum, text) => sum + text.length, 0);
  return type ? byteLength(type, elementCount(tensor)) : 0;
}

/** Tree ensembles and other ai.onnx.ml operators keep their weights in attributes. */
function tableBytes(node: NodeProto): number {
  if (node.domain !== 'ai.onnx.ml') return 0;
  return node.attribute.reduce(
    (sum, { floats, ints }) => sum + 4 * floats.length + 8 * ints.length,
    0,
  );
}
