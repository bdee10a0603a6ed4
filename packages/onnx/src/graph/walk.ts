import type {
  FunctionProto,
  GraphProto,
  ModelProto,
  NodeProto,
  TensorProto,
} from '../wire/messages.ts';
import { isDefaultDomain, subgraphs, tensorAttribute } from './attribute.ts';

/** A place where nodes stand: the main graph, a node's subgraph, or a function's body. */
export interface Scope {
  readonly graph: GraphProto | FunctionProto;
  /** The scope whose values this one can read too (ONNX IR, "Graph scoping"). */
  readonly outer?: Scope;
  /** The node that holds this subgraph. */
  readonly holder?: NodeProto;
}

/** Every scope of a model, outer before inner, then functions; training graphs are not walked. */
export function* scopes(model: ModelProto): Generator<Scope> {
  if (model.graph) yield* scopesFrom({ graph: model.graph });
  for (const body of model.functions) yield* scopesFrom({ graph: body });
}

/** A scope and all inside it. */
export function* scopesFrom(scope: Scope): Generator<Scope> {
  yield scope;
  for (const holder of scope.graph.node) {
    for (const graph of subgraphs(holder)) yield* scopesFrom({ graph, outer: scope, holder });
  }
}

/** Every node of a model with the scope it stands in. */
export function* walkNodes(model: ModelProto): Generator<{ node: NodeProto; scope: Scope }> {
  for (const scope of scopes(model)) for (const node of scope.graph.node) yield { node, scope };
}

/** Every tensor that is stored in a model: initializers, sparse ones, attributes of nodes. */
export function* storedTensors(model: ModelProto): Generator<TensorProto> {
  for (const { graph } of scopes(model)) {
    if ('initializer' in graph) {
      yield* graph.initializer;
      for (const { values, indices } of graph.sparseInitializer) {
        if (values) yield values;
        if (indices) yield indices;
      }
    }
    for (const { attribute } of graph.node) {
      for (const { t, tensors, sparseTensor } of attribute) {
        if (t) yield t;
        yield* tensors;
        if (sparseTensor?.values) yield sparseTensor.values;
      }
    }
  }
}

/** The version of a domain's operators that a model uses; the default domain is `''`. */
export function opsetVersion(model: ModelProto, domain = ''): number | undefined {
  const wanted = isDefaultDomain(domain) ? isDefaultDomain : (other?: string) => other === domain;
  const found = model.opsetImport.find((entry) => wanted(entry.domain));
  return found?.version === undefined ? undefined : Number(found.version);
}

/** Names that a graph, or a subgraph in it, reads and does not define: values of outer scopes. */
export function freeNames(graph: GraphProto): Set<string> {
  const own = definedNames(graph);
  const free = new Set<string>();
  const read = (name: string | undefined) => {
    if (name && !own.has(name)) free.add(name);
  };
  for (const node of graph.node) {
    node.input.forEach(read);
    for (const inner of subgraphs(node)) freeNames(inner).forEach(read);
  }
  for (const output of graph.output) read(output.name);
  return free;
}

/** Names that a graph defines itself: inputs, initializers, what its nodes make. */
export function definedNames(graph: GraphProto): Set<string> {
  const names = new Set<string>();
  for (const { name } of graph.input) if (name) names.add(name);
  for (const { name } of graph.initializer) if (name) names.add(name);
  for (const { values } of graph.sparseInitializer) if (values?.name) names.add(values.name);
  for (const { output } of graph.node) for (const name of output) if (name) names.add(name);
  return names;
}

/** The tensor that a Constant node holds in its `value`. */
export const constantTensor = (node: NodeProto): TensorProto | undefined =>
  node.opType === 'Constant' && isDefaultDomain(node.domain)
    ? tensorAttribute(node, 'value')
    : undefined;
