import { nodeMacs } from '../cost/macs.ts';
import { isDefaultDomain, subgraphs } from '../graph/attribute.ts';
import type { Inference } from '../shape/infer.ts';
import type { NodeVerdict } from '../support/judge.ts';
import type { GraphProto, NodeProto } from '../wire/messages.ts';

export interface Weight {
  readonly macs: number;
  readonly fallbackMacs: number;
  readonly nodes: number;
  readonly fallbackNodes: number;
}

/**
 * Multiply-accumulates and nodes, and what of them the CPU runs. Of an If the costlier branch
 * counts, of a Loop or Scan one round. What is folded while the model loads weighs nothing.
 */
export function weigh(
  nodes: readonly NodeProto[],
  graph: GraphProto,
  inference: Inference,
  verdictOf: ReadonlyMap<NodeProto, NodeVerdict>,
  accelerated: ReadonlySet<NodeProto>,
): Weight {
  let [macs, fallbackMacs, count, fallbackNodes] = [0, 0, 0, 0];
  for (const node of nodes) {
    if (verdictOf.get(node)?.rule === 'constant') continue;
    const inner = subgraphs(node).map((body) =>
      weigh(body.node, body, inference, verdictOf, accelerated),
    );
    const [costliest] = inner.sort((a, b) => b.macs - a.macs || b.nodes - a.nodes);
    const own = ownMacs(node, graph, inference);
    const falls = !accelerated.has(node);
    macs += own + (costliest?.macs ?? 0);
    fallbackMacs += (falls ? own : 0) + (costliest?.fallbackMacs ?? 0);
    count += 1 + (costliest?.nodes ?? 0);
    fallbackNodes += (falls ? 1 : 0) + (costliest?.fallbackNodes ?? 0);
  }
  return { macs, fallbackMacs, nodes: count, fallbackNodes };
}

function ownMacs(node: NodeProto, graph: GraphProto, inference: Inference): number {
  if (isDefaultDomain(node.domain) && subgraphs(node).length > 0) return 0;
  const facts = (name: string) => inference.of(graph, name);
  return nodeMacs(node, node.input.map(facts), node.output.map(facts)) ?? 0;
}
