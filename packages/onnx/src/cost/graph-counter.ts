import { operatorName, subgraphs } from '../graph/attribute.ts';
import { countOf } from '../shape/facts.ts';
import type { Inference } from '../shape/infer.ts';
import type { FunctionProto, GraphProto, NodeProto } from '../wire/messages.ts';
import { dyingValues, storedNames } from './liveness.ts';
import { nodeMacs } from './macs.ts';
import { type Quantised, quantisedValues } from './quantised.ts';
import { tableBytes, valueBytes } from './value-bytes.ts';

/** What one node of the main graph costs; a node with subgraphs or a function includes them. */
export interface NodeCount {
  readonly node: string;
  readonly op: string;
  readonly macs: number;
  /** Bytes of activations that it reads and writes. */
  readonly activationBytes: number;
  /** Bytes of stored tensors that it reads. */
  readonly weightBytes: number;
  /** Most bytes of activations that are alive while it runs. */
  readonly peakBytes: number;
  readonly counted: boolean;
}

export interface GraphCount {
  readonly macs: number;
  readonly activationBytes: number;
  /** Stored tensors that are read, with the bytes read of each. */
  readonly reads: ReadonlyMap<string, number>;
  /** Most bytes of activations that are alive at once. */
  readonly peak: number;
  /** Operators that run, the rounds of a loop counted once. */
  readonly executed: number;
  readonly nodes: readonly NodeCount[];
}

type Graph = GraphProto | FunctionProto;

const nothing: GraphCount = {
  macs: 0,
  activationBytes: 0,
  reads: new Map(),
  peak: 0,
  executed: 0,
  nodes: [],
};

/** Where a graph stands: what it and the graphs around it store, by a key of their own. */
interface Place {
  readonly graph: Graph;
  readonly stored: ReadonlyMap<string, string>;
  readonly quantised: Quantised;
}

/** Counts the graphs of one model; what it cannot count it collects by operator. */
export class GraphCounter {
  readonly uncounted = new Set<string>();
  readonly #inference: Inference;
  #graphs = 0;

  constructor(inference: Inference) {
    this.#inference = inference;
  }

  graph(graph: Graph, outer: ReadonlyMap<string, string> = new Map()): GraphCount {
    const key = this.#graphs++;
    const own = [...storedNames(graph)].map((name) => [name, `${key}:${name}`] as const);
    const place = { graph, stored: new Map([...outer, ...own]), quantised: quantisedValues(graph) };
    const dying = dyingValues(graph);
    const bytesOf = (name: string) => this.#aliveBytes(name, place);
    const reads = new Map<string, number>();
    const nodes: NodeCount[] = [];
    let [peak, alive, executed] = [0, 0, 0];
    // What a function is given stands in its caller.
    if ('initializer' in graph) for (const { name } of graph.input) alive += bytesOf(name ?? '');
    for (const [index, node] of graph.node.entries()) {
      const inner = this.#inner(node, place);
      for (const name of node.output) alive += bytesOf(name);
      const count = this.#node(node, place, inner, alive, reads);
      nodes.push(count);
      if (!count.counted) this.uncounted.add(count.op);
      executed += 1 + inner.executed;
      peak = Math.max(peak, count.peakBytes);
      for (const name of dying[index]!) alive -= bytesOf(name);
    }
    const sum = (of: (count: NodeCount) => number) =>
      nodes.reduce((total, one) => total + of(one), 0);
    return {
      macs: sum(({ macs }) => macs),
      activationBytes: sum(({ activationBytes }) => activationBytes),
      reads,
      peak: Math.max(peak, alive),
      executed,
      nodes,
    };
  }

  /** What runs inside a node. */
  #inner(node: NodeProto, place: Place): GraphCount {
    const body = this.#inference.bodyOf(node);
    if (body) return this.graph(body);
    const taken = this.#inference.branchOf(node);
    const counts = (taken ? [taken] : subgraphs(node)).map((graph) =>
      this.graph(graph, place.stored),
    );
    const [costliest] = counts.sort(
      (a, b) => b.macs - a.macs || b.activationBytes - a.activationBytes,
    );
    if (!costliest || node.opType === 'If') return costliest ?? nothing;
    const trips = this.#inference.tripsOf(node);
    if (trips === undefined) this.uncounted.add(operatorName(node));
    const { macs, activationBytes } = costliest;
    const rounds = trips ?? 1;
    return { ...costliest, macs: macs * rounds, activationBytes: activationBytes * rounds };
  }

  #node(
    node: NodeProto,
    place: Place,
    inner: GraphCount,
    alive: number,
    reads: Map<string, number>,
  ): NodeCount {
    const facts = (name: string) => this.#inference.of(place.graph, name);
    const holds = subgraphs(node).length > 0 || this.#inference.bodyOf(node) !== undefined;
    const macs = holds ? 0 : nodeMacs(node, node.input.map(facts), node.output.map(facts));
    const tables = tableBytes(node);
    const touched = this.#touched(node, place, holds);
    const weights = [...touched.weights, ...inner.reads];
    if (tables > 0) weights.push([`${place.graph.name}:${node.output[0]}`, tables]);
    for (const [key, bytes] of weights) reads.set(key, Math.max(bytes, reads.get(key) ?? 0));
    return {
      node: node.name || node.output[0] || '',
      op: operatorName(node),
      macs: Math.round(macs ?? 0) + inner.macs,
      activationBytes: touched.activationBytes + inner.activationBytes,
      weightBytes: weights.reduce((sum, [, bytes]) => sum + bytes, 0),
      peakBytes: alive + inner.peak,
      counted: macs !== undefined && touched.isWhole,
    };
  }

  /** Bytes that a node reads and writes itself. */
  #touched(node: NodeProto, { graph, stored, quantised }: Place, holds: boolean) {
    const weights: [key: string, bytes: number][] = [];
    const names =
      holds || views.has(operatorName(node)) || quantised.nodes.has(node)
        ? []
        : [...node.input, ...node.output].filter(Boolean);
    let activationBytes = 0;
    let isWhole = true;
    for (const name of names) {
      const real = quantised.instead.get(name) ?? name;
      const bytes = valueBytes(this.#inference.of(graph, real));
      const key = stored.get(real);
      if (bytes === undefined) isWhole = false;
      else if (key) weights.push([key, bytes * this.#partRead(node, name, graph)]);
      else activationBytes += bytes;
    }
    return { weights, activationBytes, isWhole };
  }

  /** A lookup reads the rows that it gives, not the whole table. */
  #partRead(node: NodeProto, name: string, graph: Graph): number {
    if (!lookups.has(operatorName(node)) || name !== node.input[0]) return 1;
    const all = countOf(this.#inference.of(graph, name).shape);
    const given = countOf(this.#inference.of(graph, node.output[0] ?? '').shape);
    return all && given !== undefined ? Math.min(1, given / all) : 1;
  }

  #aliveBytes(name: string, { graph, stored, quantised }: Place): number {
    if (name === '' || stored.has(name) || quantised.instead.has(name)) return 0;
    return valueBytes(this.#inference.of(graph, name)) ?? 0;
  }
}

/** Operators that change how elements are looked at and move none. */
const views: ReadonlySet<string> = new Set([
  'Constant',
  'Dropout',
  'Flatten',
  'Identity',
  'Optional',
  'OptionalGetElement',
  'OptionalHasElement',
  'Reshape',
  'SequenceAt',
  'SequenceEmpty',
  'SequenceLength',
  'Shape',
  'Size',
  'Squeeze',
  'Unsqueeze',
]);

const lookups: ReadonlySet<string> = new Set([
  'Gather',
  'GatherElements',
  'GatherND',
  'com.microsoft:GatherBlockQuantized',
]);
