import { isDefaultDomain } from '../graph/attribute.ts';
import type { FunctionProto, GraphProto, NodeProto } from '../wire/messages.ts';
import { nameOf } from './liveness.ts';

/**
 * Values of a graph between quantising and dequantising, and the nodes that only say so. Integer
 * kernels take the place of `DequantizeLinear → operator → QuantizeLinear`, so that neither the
 * float values nor the two nodes exist when it runs.
 */
export interface Quantised {
  /** Nodes that no kernel runs for. */
  readonly nodes: ReadonlySet<NodeProto>;
  /** Float values by the quantised value that is in memory instead. */
  readonly instead: ReadonlyMap<string, string>;
}

export function quantisedValues(graph: GraphProto | FunctionProto): Quantised {
  const nodes = new Set<NodeProto>();
  const instead = new Map<string, string>();
  const outputs = new Set(graph.output.map(nameOf));
  const { made, readers } = linksOf(graph);
  for (const node of graph.node) {
    const [x, y] = [node.input[0], node.output[0]];
    if (!isDefaultDomain(node.domain) || !x || !y) continue;
    const isFused = made.has(x) && readers.get(x) === 1 && !outputs.has(x);
    if (node.opType === 'DequantizeLinear' && !outputs.has(y)) instead.set(y, x);
    else if (node.opType === 'QuantizeLinear' && isFused) instead.set(x, y);
    else continue;
    nodes.add(node);
  }
  return { nodes, instead };
}

/** Which values nodes make, and how many nodes read each. */
function linksOf(graph: GraphProto | FunctionProto) {
  const made = new Set<string>();
  const readers = new Map<string, number>();
  for (const node of graph.node) {
    for (const name of node.output) made.add(name);
    for (const name of new Set(node.input)) readers.set(name, (readers.get(name) ?? 0) + 1);
  }
  return { made, readers };
}
