/** Names by which a node is found again in a runtime's log. */
import {
  type AttributeProto,
  concat,
  edit,
  type GraphProto,
  type Model,
  type NodeProto,
  writeModel,
} from '@selvedge/onnx';

/** `p7` is the eighth node that `walkNodes` visits. */
const prefix = 'p';

/**
 * The model with every node named after its place in `walkNodes`, whatever it was called before:
 * nodes may have no name or share one, and a log says nothing but names.
 */
export function nameNodes(model: Model): Uint8Array {
  let next = 0;
  // As walkNodes: all nodes of a graph, but a holder's subgraphs come after the graph's own nodes.
  const nodesOf = (nodes: readonly NodeProto[]): NodeProto[] => {
    const first = next;
    next += nodes.length;
    return nodes.map((one, at) =>
      edit(one, { name: `${prefix}${first + at}`, attribute: one.attribute.map(inner) }),
    );
  };
  const named = (graph: GraphProto): GraphProto => edit(graph, { node: nodesOf(graph.node) });
  const inner = (one: AttributeProto): AttributeProto =>
    one.g || one.graphs.length > 0
      ? edit(one, { ...(one.g ? { g: named(one.g) } : {}), graphs: one.graphs.map(named) })
      : one;
  const graph = named(model.graph);
  const functions = model.functions.map((body) => edit(body, { node: nodesOf(body.node) }));
  return concat(writeModel(edit(model, { graph, functions })));
}

/** The number in a name that {@link nameNodes} gave; undefined for a node that the runtime added. */
export function numberOf(name: string): number | undefined {
  const found = /^p(\d+)$/.exec(name);
  return found ? Number(found[1]) : undefined;
}
