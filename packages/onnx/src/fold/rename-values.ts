import { subgraphs } from '../graph/attribute.ts';
import { mapList } from '../graph/map-graphs.ts';
import { definedNames } from '../graph/walk.ts';
import { edit } from '../wire/message.ts';
import type { AttributeProto, GraphProto, NodeProto } from '../wire/messages.ts';

export type Renames = ReadonlyMap<string, string>;

/** Nodes of a graph, and the graphs in them, that read values by their new names. */
export function renameReads(graph: GraphProto, names: Renames): GraphProto {
  const node = mapList(graph.node, (entry) => renameNode(entry, names));
  return node === graph.node ? graph : edit(graph, { node });
}

/** A node that reads, and makes, values by their new names. */
export function renameMade(node: NodeProto, names: Renames): NodeProto {
  const read = renameNode(node, names);
  const output = mapList(read.output, (name) => names.get(name) ?? name);
  return output === read.output ? read : edit(read, { output });
}

function renameNode(node: NodeProto, names: Renames): NodeProto {
  const input = mapList(node.input, (name) => names.get(name) ?? name);
  const attributes =
    subgraphs(node).length === 0
      ? node.attribute
      : mapList(node.attribute, (entry) => renameAttribute(entry, names));
  return input === node.input && attributes === node.attribute
    ? node
    : edit(node, { input, attribute: attributes });
}

function renameAttribute(entry: AttributeProto, names: Renames): AttributeProto {
  const g = entry.g && renameInner(entry.g, names);
  const graphs = mapList(entry.graphs, (graph) => renameInner(graph, names));
  return g === entry.g && graphs === entry.graphs ? entry : edit(entry, { g, graphs });
}

/** A subgraph reads outer values by name, its outputs too; what it defines itself is its own. */
function renameInner(graph: GraphProto, names: Renames): GraphProto {
  const own = definedNames(graph);
  const free = new Map([...names].filter(([name]) => !own.has(name)));
  const output = mapList(graph.output, (info) => {
    const name = free.get(info.name ?? '');
    return name === undefined ? info : edit(info, { name });
  });
  const renamed = renameReads(graph, free);
  return output === graph.output ? renamed : edit(renamed, { output });
}
