import type { GraphIndex } from '../../graph/graph-index.ts';
import { findConstant } from '../../pass/constants.ts';
import type { GraphProto, NodeProto } from '../../wire/messages.ts';
import { dataInputs, type Role } from './roles.ts';

/**
 * Of the nodes that could work in 8 bits those that should: layers, and what stands between them.
 * A node that computes needs quantised inputs, or it would be rounded once more than a float one;
 * every node needs a quantised reader (or to be an output), or what it rounds is for nobody. A clamp
 * behind a node that gives quantised values costs nothing.
 */
export function connected(
  candidates: ReadonlyMap<NodeProto, Role>,
  index: GraphIndex,
  graph: GraphProto,
): Map<NodeProto, Role> {
  const nodes = new Map(candidates);
  const open = [...nodes.keys()];
  const counts = new Map(
    open.map((node) => [node, countsOf(node, nodes.get(node)!, nodes, index, graph)]),
  );
  const stays = (node: NodeProto, role: Role): boolean => {
    const { inputs, made, readers } = counts.get(node)!;
    if (role === 'layer') return true;
    // What a layer's quantiser does anyway: before the clamp it would round what is cut off.
    if (role === 'clamp' && made === inputs) return true;
    if (readers === 0) return false;
    if (role === 'mover') return true;
    return inputs > 0 && (role === 'join' ? made > 0 : made === inputs);
  };
  for (let node = open.pop(); node; node = open.pop()) {
    const role = nodes.get(node);
    if (!role || stays(node, role)) continue;
    nodes.delete(node);
    for (const name of new Set(node.input)) {
      const producer = index.producers.get(name);
      if (!producer || !nodes.has(producer)) continue;
      counts.get(producer)!.readers -= 1;
      open.push(producer);
    }
    for (const name of node.output) {
      for (const reader of index.consumers.get(name) ?? []) {
        const count = counts.get(reader);
        if (!count || !nodes.has(reader)) continue;
        count.made -= count.reads.get(name) ?? 0;
        open.push(reader);
      }
    }
  }
  return aroundLayers(nodes, index);
}

/** What is around a node, kept while its neighbours go. */
interface Counts {
  /** Data inputs that are computed. */
  readonly inputs: number;
  /** How often the node reads a value as one of them. */
  readonly reads: ReadonlyMap<string, number>;
  /** Those of them that a quantised node makes. */
  made: number;
  /** Reads by quantised nodes, and outputs of the graph. */
  readers: number;
}

function countsOf(
  node: NodeProto,
  role: Role,
  nodes: ReadonlyMap<NodeProto, Role>,
  index: GraphIndex,
  graph: GraphProto,
): Counts {
  const reads = new Map<string, number>();
  for (const name of dataInputs(node, role))
    if (!findConstant({ graph }, name)) reads.set(name, (reads.get(name) ?? 0) + 1);
  let [inputs, made, readers] = [0, 0, 0];
  for (const [name, times] of reads) {
    inputs += times;
    if (nodes.has(index.producers.get(name)!)) made += times;
  }
  for (const name of node.output) {
    if (index.outputs.has(name)) readers += 1;
    readers += (index.consumers.get(name) ?? []).filter((reader) => nodes.has(reader)).length;
  }
  return { inputs, reads, made, readers };
}

/** Movers alone, from an input to an output, are not worth quantising. */
function aroundLayers(
  nodes: ReadonlyMap<NodeProto, Role>,
  index: GraphIndex,
): Map<NodeProto, Role> {
  const reached = new Set<NodeProto>();
  const open = [...nodes].filter(([, role]) => role === 'layer').map(([node]) => node);
  for (let node = open.pop(); node; node = open.pop()) {
    if (reached.has(node) || !nodes.has(node)) continue;
    reached.add(node);
    for (const name of node.input) {
      const producer = index.producers.get(name);
      if (producer) open.push(producer);
    }
    for (const name of node.output) open.push(...(index.consumers.get(name) ?? []));
  }
  return new Map([...nodes].filter(([node]) => reached.has(node)));
}
