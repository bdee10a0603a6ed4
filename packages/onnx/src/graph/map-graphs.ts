import { edit } from '../wire/message.ts';
import type { AttributeProto, GraphProto, NodeProto } from '../wire/messages.ts';
import type { Model } from '../wire/model.ts';
import type { Scope } from './walk.ts';

/**
 * Changes one graph; the same object back means unchanged. `scope` is where the graph stood before
 * anything in it was changed.
 */
export type GraphPass = (
  graph: GraphProto,
  scope: Scope & { readonly graph: GraphProto },
) => GraphProto;

/**
 * Applies a pass to a model's main graph and every subgraph in it, inner before outer. What the
 * pass returns unchanged stays the same object, so that its bytes are passed through. Functions are
 * left alone: their types depend on the caller.
 */
export function mapGraphs(model: Model, pass: GraphPass): Model {
  const graph = mapGraph(model.graph, pass, undefined);
  return graph === model.graph ? model : edit(model, { graph });
}

function mapGraph(graph: GraphProto, pass: GraphPass, outer: Scope | undefined): GraphProto {
  const scope = outer ? { graph, outer } : { graph };
  const node = mapList(graph.node, (entry) => mapNode(entry, pass, scope));
  return pass(node === graph.node ? graph : edit(graph, { node }), scope);
}

function mapNode(node: NodeProto, pass: GraphPass, scope: Scope): NodeProto {
  const attribute = mapList(node.attribute, (entry) => mapAttribute(entry, pass, scope));
  return attribute === node.attribute ? node : edit(node, { attribute });
}

function mapAttribute(attribute: AttributeProto, pass: GraphPass, scope: Scope): AttributeProto {
  const g = attribute.g && mapGraph(attribute.g, pass, scope);
  const graphs = mapList(attribute.graphs, (graph) => mapGraph(graph, pass, scope));
  if (g === attribute.g && graphs === attribute.graphs) return attribute;
  return edit(attribute, { g, graphs });
}

/** A list with each element mapped; the same list where nothing changed. */
export function mapList<T>(list: readonly T[], change: (item: T) => T): readonly T[] {
  let copy: T[] | undefined;
  for (const [index, item] of list.entries()) {
    const mapped = change(item);
    if (mapped === item) continue;
    copy ??= [...list];
    copy[index] = mapped;
  }
  return copy ?? list;
}
