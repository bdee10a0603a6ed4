import { isDefaultDomain, subgraphs } from '../graph/attribute.ts';
import type { FunctionProto, GraphProto } from '../wire/messages.ts';

/** For each node, the values that nothing reads after it. Outputs of the graph live on. */
export function dyingValues(graph: GraphProto | FunctionProto): readonly (readonly string[])[] {
  const last = new Map<string, number>();
  for (const [index, node] of graph.node.entries()) {
    for (const name of [...node.output, ...node.input]) last.set(name, index);
    for (const inner of subgraphs(node)) for (const name of namesRead(inner)) last.set(name, index);
  }
  for (const output of graph.output) last.delete(nameOf(output));
  const own = new Set([...graph.node.flatMap(({ output }) => output), ...graph.input.map(nameOf)]);
  const dying: string[][] = graph.node.map(() => []);
  for (const [name, index] of last) if (own.has(name)) dying[index]!.push(name);
  return dying;
}

export const nameOf = (value: string | { readonly name?: string }): string =>
  typeof value === 'string' ? value : (value.name ?? '');

function* namesRead(graph: GraphProto): Generator<string> {
  for (const node of graph.node) {
    yield* node.input;
    for (const inner of subgraphs(node)) yield* namesRead(inner);
  }
  for (const { name } of graph.output) if (name) yield name;
}

/** Values that a graph stores itself: initializers, and what its Constant nodes hold. */
export function storedNames(graph: GraphProto | FunctionProto): ReadonlySet<string> {
  const names = new Set('initializer' in graph ? graph.initializer.map(nameOf) : []);
  for (const node of graph.node) {
    if (node.opType === 'Constant' && isDefaultDomain(node.domain)) names.add(node.output[0] ?? '');
  }
  return names;
}
