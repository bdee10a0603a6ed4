import { subgraphs } from '../graph/attribute.ts';
import { constantTensor, definedNames, freeNames } from '../graph/walk.ts';
import { edit } from '../wire/message.ts';
import type { GraphProto } from '../wire/messages.ts';

/**
 * Drops the initializers and Constant nodes among `names` that nothing reads any more, and declared
 * shapes of values that are gone. What the model stored without reading it before stays.
 */
export function pruneConstants(graph: GraphProto, names: ReadonlySet<string>): GraphProto {
  const read = namesRead(graph);
  const unused = (name: string | undefined) =>
    name !== undefined && names.has(name) && !read.has(name);
  const initializer = graph.initializer.filter(({ name }) => !unused(name));
  const node = graph.node.filter(
    (candidate) => !constantTensor(candidate) || !unused(candidate.output[0]),
  );
  const pruned = edit(graph, { initializer, node });
  const defined = definedNames(pruned);
  const valueInfo = graph.valueInfo.filter(({ name }) => defined.has(name ?? ''));
  return valueInfo.length === graph.valueInfo.length ? pruned : edit(pruned, { valueInfo });
}

/** Every name that a graph reads, in its own nodes, its subgraphs, and as outputs. */
function namesRead(graph: GraphProto): Set<string> {
  const read = new Set<string>();
  for (const node of graph.node) {
    for (const name of node.input) read.add(name);
    for (const inner of subgraphs(node)) for (const name of freeNames(inner)) read.add(name);
  }
  for (const { name } of graph.output) if (name) read.add(name);
  for (const { quantParameterTensorNames } of graph.quantizationAnnotation) {
    for (const { value } of quantParameterTensorNames) if (value) read.add(value);
  }
  return read;
}
