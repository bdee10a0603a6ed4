import { subgraphs } from '../graph/attribute.ts';
import { definedNames } from '../graph/walk.ts';
import { namesRead } from '../pass/prune.ts';
import { edit } from '../wire/message.ts';
import type { GraphProto, NodeProto } from '../wire/messages.ts';

/**
 * Drops what a pass left without readers: nodes and initializers that make only values of `lost`,
 * then, step by step, what only those read; and declared types of values that are gone. What the
 * model held without reading it before stays.
 *
 * @param lost names that lost a reader; grows by what the dropped nodes read, for outer graphs.
 */
export function dropUnread(graph: GraphProto, lost: Set<string>): GraphProto {
  if (lost.size === 0) return graph;
  let kept = graph;
  for (let before: GraphProto | undefined; before !== kept; ) {
    before = kept;
    kept = dropOnce(kept, lost);
  }
  const defined = definedNames(kept);
  const valueInfo = kept.valueInfo.filter(({ name }) => defined.has(name ?? ''));
  return valueInfo.length === kept.valueInfo.length ? kept : edit(kept, { valueInfo });
}

function dropOnce(graph: GraphProto, lost: Set<string>): GraphProto {
  const read = namesRead(graph);
  const inputs = new Set(graph.input.map(({ name }) => name));
  const isUnread = (name: string) => lost.has(name) && !read.has(name);
  const isDead = ({ output }: NodeProto) => {
    const made = output.filter(Boolean);
    return made.some((name) => lost.has(name)) && made.every((name) => !read.has(name));
  };
  const dead = new Set(graph.node.filter(isDead));
  const initializer = graph.initializer.filter(
    ({ name = '' }) => inputs.has(name) || !isUnread(name),
  );
  if (dead.size === 0 && initializer.length === graph.initializer.length) return graph;
  for (const node of dead) {
    for (const name of node.input) lost.add(name);
    for (const inner of subgraphs(node)) for (const name of namesRead(inner)) lost.add(name);
  }
  return edit(graph, { initializer, node: graph.node.filter((node) => !dead.has(node)) });
}
