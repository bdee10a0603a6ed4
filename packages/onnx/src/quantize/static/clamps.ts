import type { GraphIndex } from '../../graph/graph-index.ts';
import type { GraphProto, NodeProto } from '../../wire/messages.ts';
import { clampBounds, type Role } from './roles.ts';

/**
 * Nodes with a Relu or Clip behind them that nothing else reads: the range of the clamp's output
 * becomes that of the node, and the quantiser, which saturates at its range's ends, replaces it.
 */
export function findClamped(
  nodes: ReadonlyMap<NodeProto, Role>,
  index: GraphIndex,
  graph: GraphProto,
): Map<NodeProto, NodeProto> {
  const clamped = new Map<NodeProto, NodeProto>();
  for (const [clamp, role] of nodes) {
    if (role !== 'clamp' || !clampBounds(clamp, { graph })) continue;
    const input = clamp.input[0]!;
    const producer = index.producers.get(input);
    if (!producer || !ownScale.has(nodes.get(producer))) continue;
    const isAlone = index.consumers.get(input)?.length === 1;
    if (isAlone && !index.outputs.has(input) && !index.captured.has(input))
      clamped.set(producer, clamp);
  }
  return clamped;
}

const ownScale: ReadonlySet<Role | undefined> = new Set(['layer', 'combine', 'map']);
