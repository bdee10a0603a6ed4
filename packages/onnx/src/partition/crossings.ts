import { countOf } from '../shape/facts.ts';
import type { Inference } from '../shape/infer.ts';
import { byteLength } from '../tensor/data-type.ts';
import type { GraphProto } from '../wire/messages.ts';
import { type Group, namesRead } from './group-nodes.ts';

/** A value that one partition makes and another reads. */
export interface Crossing {
  readonly value: string;
  /** Positions in the list of partitions. */
  readonly from: number;
  readonly to: number;
  /** Null where its size is not known. */
  readonly bytes: number | null;
}

/** Every value that passes from one group to another, once for each group that reads it. */
export function crossingsOf(
  graph: GraphProto,
  groups: readonly Group[],
  inference: Inference,
): Crossing[] {
  const maker = new Map<string, number>();
  for (const [at, { nodes }] of groups.entries())
    for (const node of nodes) for (const name of node.output) if (name) maker.set(name, at);
  return groups.flatMap(({ nodes }, to) => {
    const read = new Set(nodes.flatMap((node) => [...namesRead(node)]));
    return [...read].flatMap((value) => {
      const from = maker.get(value);
      if (from === undefined || from === to) return [];
      return [{ value, from, to, bytes: bytesOf(graph, value, inference) }];
    });
  });
}

function bytesOf(graph: GraphProto, name: string, inference: Inference): number | null {
  const { type, shape } = inference.of(graph, name);
  const count = countOf(shape);
  return count === undefined || !type || type === 'string' ? null : byteLength(type, count);
}
