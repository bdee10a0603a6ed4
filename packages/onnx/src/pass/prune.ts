import { subgraphs } from '../graph/attribute.ts';
import { definedNames, freeNames } from '../graph/walk.ts';
import { edit } from '../wire/message.ts';
import type { GraphProto } from '../wire/messages.ts';

/**
 * Drops the initializers, and the nodes that only make constants, among `names` that nothing reads
 * any more; then what those nodes read; and declared shapes of values that are gone. What the model
 * stored without reading it before stays.
 */
export function pruneConstants(graph: GraphProto, names: ReadonlySet<string>): GraphProto {
  const candidates = new Set(names);
  let pruned = graph;
  for (let before: GraphProto | undefined; before !== pruned; ) {
    before = pruned;
    pruned = pruneOnce(pruned, candidates);
  }
  const defined = definedNames(pruned);
  const valueInfo = graph.valueInfo.filter(({ name }) => defined.has(name ?? ''));
  return valueInfo.length === graph.valueInfo.length ? pruned : edit(pruned, { valueInfo });
}

/** The same graph where nothing is left to drop; adds to `candidates` what dropped nodes read. */
function pruneOnce(graph: GraphProto, candidates: Set<string>): GraphProto {
  const read = namesRead(graph);
  const unused = (name: string | undefined) =>
    name !== undefined && candidates.has(name) && !read.has(name);
  const initializer = graph.initializer.filter(({ name }) => !unused(name));
  const dead = graph.node.filter(
    ({ opType, output }) => constantMakers.has(opType ?? '') && unused(output[0]),
  );
  if (dead.length === 0 && initializer.length === graph.initializer.length) return graph;
  for (const { input } of dead) for (const name of input) candidates.add(name);
  const gone = new Set(dead);
  return edit(graph, { initializer, node: graph.node.filter((node) => !gone.has(node)) });
}

/** Operators that make a constant, or only move elements: without a reader they are nothing. */
const constantMakers: ReadonlySet<string> = new Set([
  ...['Constant', 'Concat', 'Flatten', 'Identity', 'Reshape', 'Slice'],
  ...['Squeeze', 'Transpose', 'Unsqueeze'],
]);

/** Every name that a graph reads, in its own nodes, its subgraphs, and as outputs. */
export function namesRead(graph: GraphProto): Set<string> {
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
