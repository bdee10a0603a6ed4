import type { Inference } from '../shape/infer.ts';
import type { NodeVerdict } from '../support/judge.ts';
import type { GraphProto, NodeProto } from '../wire/messages.ts';
import type { Model } from '../wire/model.ts';
import { type Crossing, crossingsOf } from './crossings.ts';
import { type Group, groupNodes, oneCut } from './group-nodes.ts';
import type { PartitionPolicy } from './policy.ts';
import { type Weight, weigh } from './weigh.ts';

/** Nodes of the main graph that run together on one side. */
export interface Partition {
  readonly on: 'accelerator' | 'cpu';
  /** In the order of the graph; what is folded while the model loads is in none. */
  readonly nodes: readonly NodeProto[];
  readonly macs: number;
  /** Bytes that come from other partitions, and that go to them; sizes that are not known count 0. */
  readonly bytesIn: number;
  readonly bytesOut: number;
}

/** How a model would be divided on a target. */
export interface Partitioning {
  /** In an order in which they can run. */
  readonly partitions: readonly Partition[];
  /** How many groups the accelerator gets, those inside subgraphs included. */
  readonly accelerated: number;
  /** Part of all MACs (of all nodes, where there are no MACs) that the CPU runs, 0 to 1. */
  readonly fallbackShare: number;
  readonly basis: 'macs' | 'nodes';
  /** Values that pass from one partition to another. */
  readonly crossings: readonly Crossing[];
  readonly crossingBytes: number;
}

/**
 * Simulates how a runtime divides a model, given what its provider takes.
 *
 * @param verdicts of `judge`, for this model object
 */
export function partition(
  model: Model,
  inference: Inference,
  verdicts: readonly NodeVerdict[],
  policy: PartitionPolicy,
): Partitioning {
  const verdictOf = new Map(verdicts.map((verdict) => [verdict.node, verdict]));
  const accelerated = new Set<NodeProto>();
  let count = 0;
  let main: Group[] = [];
  for (const graph of new Set(verdicts.map((verdict) => verdict.graph)).add(model.graph)) {
    const groups = divide(graph, verdictOf, policy);
    if (graph === model.graph) main = groups;
    for (const { on, nodes } of groups) {
      if (on !== 'accelerator') continue;
      count++;
      for (const node of nodes) accelerated.add(node);
    }
  }
  const weight = (nodes: readonly NodeProto[], graph: GraphProto = model.graph): Weight =>
    weigh(nodes, graph, inference, verdictOf, accelerated);
  const crossings = crossingsOf(model.graph, main, inference);
  const [into, outOf] = [main.map(() => 0), main.map(() => 0)];
  for (const { from, to, bytes } of crossings) {
    into[to]! += bytes ?? 0;
    outOf[from]! += bytes ?? 0;
  }
  const total = weight(model.graph.node);
  const basis = total.macs > 0 ? 'macs' : 'nodes';
  return {
    partitions: main.map(({ on, nodes }, at) => ({
      on,
      nodes,
      macs: weight(nodes).macs,
      bytesIn: into[at]!,
      bytesOut: outOf[at]!,
    })),
    accelerated: count,
    fallbackShare:
      basis === 'macs' ? total.fallbackMacs / total.macs : total.fallbackNodes / (total.nodes || 1),
    basis,
    crossings,
    crossingBytes: crossings.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0),
  };
}

function divide(
  graph: GraphProto,
  verdictOf: ReadonlyMap<NodeProto, NodeVerdict>,
  { cut, minNodes = 1, unknown = 'unsupported' }: PartitionPolicy,
): Group[] {
  const takes = (node: NodeProto): boolean => {
    const verdict = verdictOf.get(node)?.verdict ?? 'unknown';
    return (verdict === 'unknown' ? unknown : verdict) === 'supported';
  };
  const nodes = graph.node.filter((node) => verdictOf.get(node)?.rule !== 'constant');
  if (cut === 'one-cut') return oneCut(nodes, takes);
  const groups = groupNodes(nodes, takes);
  if (groups.every(({ nodes: group }) => group.length >= minNodes)) return groups;
  const kept = new Set(
    groups.filter(({ nodes }) => nodes.length >= minNodes).flatMap(({ nodes }) => nodes),
  );
  return groupNodes(nodes, (node) => takes(node) && kept.has(node));
}
