import type { GraphProto, NodeProto, TensorProto } from '../wire/messages.ts';
import { subgraphs } from './attribute.ts';
import { freeNames } from './walk.ts';

/** Who makes and who reads each value of one graph. Subgraphs count as reads of their holder. */
export interface GraphIndex {
  readonly initializers: ReadonlyMap<string, TensorProto>;
  readonly producers: ReadonlyMap<string, NodeProto>;
  /** Nodes of this graph that read a value as an input, in order; one that reads it twice, once. */
  readonly consumers: ReadonlyMap<string, readonly NodeProto[]>;
  /** Values that subgraphs of this graph's nodes read. */
  readonly captured: ReadonlySet<string>;
  readonly inputs: ReadonlySet<string>;
  readonly outputs: ReadonlySet<string>;
}

/** Indexes a graph once; linear in its size. */
export function indexGraph(graph: GraphProto): GraphIndex {
  const producers = new Map<string, NodeProto>();
  const consumers = new Map<string, NodeProto[]>();
  const captured = new Set<string>();
  for (const node of graph.node) {
    for (const name of node.output) if (name) producers.set(name, node);
    for (const name of new Set(node.input)) {
      const readers = consumers.get(name);
      if (readers) readers.push(node);
      else if (name) consumers.set(name, [node]);
    }
    for (const inner of subgraphs(node)) for (const name of freeNames(inner)) captured.add(name);
  }
  return {
    initializers: new Map(graph.initializer.map((tensor) => [tensor.name ?? '', tensor])),
    producers,
    consumers,
    captured,
    inputs: new Set(graph.input.map(({ name }) => name ?? '')),
    outputs: new Set(graph.output.map(({ name }) => name ?? '')),
  };
}
