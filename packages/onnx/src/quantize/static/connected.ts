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
  const isMade = (name: string) => nodes.has(index.producers.get(name)!);
  const isRead = (name: string) =>
    index.outputs.has(name) || (index.consumers.get(name) ?? []).some((node) => nodes.has(node));
  const stays = (node: NodeProto, role: Role): boolean => {
    if (role === 'layer') return true;
    const inputs = dataInputs(node, role).filter((name) => !findConstant({ graph }, name));
    // What a layer's quantiser does anyway: before the clamp it would round what is cut off.
    if (role === 'clamp' && inputs.every(isMade)) return true;
    if (!node.output.some(isRead)) return false;
    if (role === 'mover') return true;
    return inputs.length > 0 && (role === 'join' ? inputs.some(isMade) : inputs.every(isMade));
  };
  const open = [...nodes.keys()];
  for (let node = open.pop(); node; node = open.pop()) {
    const role = nodes.get(node);
    if (!role || stays(node, role)) continue;
    nodes.delete(node);
    for (const name of node.input) {
      const producer = index.producers.get(name);
      if (producer) open.push(producer);
    }
    for (const name of node.output) open.push(...(index.consumers.get(name) ?? []));
  }
  return aroundLayers(nodes, index);
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
