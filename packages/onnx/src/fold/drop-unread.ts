import { subgraphs } from '../graph/attribute.ts';
import { definedNames, freeNames } from '../graph/walk.ts';
import { edit } from '../wire/message.ts';
import type { GraphProto, NodeProto } from '../wire/messages.ts';

/**
 * Drops what a pass left without readers: nodes and initializers that make only values of `lost`,
 * then what only those read, and so on; and declared types of values that are gone. What the model
 * held without reading it before stays. Linear in the graph.
 *
 * @param lost names that lost a reader; grows by what the dropped nodes read, for outer graphs.
 */
export function dropUnread(graph: GraphProto, lost: Set<string>): GraphProto {
  if (lost.size === 0) return graph;
  const readers = readersOf(graph);
  const dead = deadNodes(graph, lost, readers);
  const inputs = new Set(graph.input.map(({ name }) => name));
  const initializer = graph.initializer.filter(
    ({ name = '' }) => inputs.has(name) || !lost.has(name) || readers.has(name),
  );
  const isSame = dead.size === 0 && initializer.length === graph.initializer.length;
  const kept = isSame
    ? graph
    : edit(graph, { initializer, node: graph.node.filter((node) => !dead.has(node)) });
  const defined = definedNames(kept);
  const valueInfo = kept.valueInfo.filter(({ name }) => defined.has(name ?? ''));
  return valueInfo.length === kept.valueInfo.length ? kept : edit(kept, { valueInfo });
}

/** How often each value is read; what is not read is not there. */
type Readers = Map<string, number>;

function readersOf(graph: GraphProto): Readers {
  const readers: Readers = new Map();
  const read = (name: string | undefined) => {
    if (name) readers.set(name, (readers.get(name) ?? 0) + 1);
  };
  for (const node of graph.node) readBy(node).forEach(read);
  for (const { name } of graph.output) read(name);
  for (const { quantParameterTensorNames } of graph.quantizationAnnotation)
    for (const { value } of quantParameterTensorNames) read(value);
  return readers;
}

const readBy = (node: NodeProto): string[] => [
  ...node.input.filter(Boolean),
  ...subgraphs(node).flatMap((inner) => [...freeNames(inner)]),
];

/** Nodes that nothing needs any more; takes what they read out of `readers`. */
function deadNodes(graph: GraphProto, lost: Set<string>, readers: Readers): Set<NodeProto> {
  const producers = new Map<string, NodeProto>();
  for (const node of graph.node)
    for (const name of node.output) if (name) producers.set(name, node);
  const dead = new Set<NodeProto>();
  const unread = [...lost];
  for (let name = unread.pop(); name !== undefined; name = unread.pop()) {
    const node = producers.get(name);
    if (!node || dead.has(node) || node.output.some((made) => readers.has(made))) continue;
    dead.add(node);
    for (const read of readBy(node)) {
      lost.add(read);
      const left = (readers.get(read) ?? 0) - 1;
      if (left > 0) readers.set(read, left);
      else if (readers.delete(read)) unread.push(read);
    }
  }
  return dead;
}
