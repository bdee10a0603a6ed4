import { isDefaultDomain, operatorName, subgraphs } from '../graph/attribute.ts';
import type { ValueFacts } from '../shape/facts.ts';
import type { Inference } from '../shape/infer.ts';
import { isTyped } from '../shape/types.ts';
import type { FunctionProto, GraphProto, NodeProto } from '../wire/messages.ts';
import type { Model } from '../wire/model.ts';

/** Tells whether a value is known before the model runs. */
export type ConstantValues = (graph: GraphProto | FunctionProto, name: string) => boolean;

/**
 * Finds the values that a runtime knows before the first run: stored tensors, and what
 * deterministic nodes make of nothing else (runtimes fold those while they load a model).
 *
 * @param general what holds for every input: where it knows all sizes of a value, its Shape is known too
 */
export function constantValues(model: Model, general: Inference): ConstantValues {
  const byGraph = new Map<GraphProto | FunctionProto, Set<string>>();
  const outerOf = new Map<GraphProto | FunctionProto, GraphProto>();
  const isConstant: ConstantValues = (graph, name) => {
    for (let at: GraphProto | FunctionProto | undefined = graph; at; at = outerOf.get(at))
      if (byGraph.get(at)?.has(name)) return true;
    return false;
  };
  const walk = (graph: GraphProto): void => {
    const known = storedNames(graph, model);
    byGraph.set(graph, known);
    for (const node of graph.node) {
      if (follows(node, graph, isConstant, general))
        for (const name of node.output) if (name) known.add(name);
      for (const inner of subgraphs(node)) {
        outerOf.set(inner, graph);
        walk(inner);
      }
    }
  };
  walk(model.graph);
  return isConstant;
}

/** From IR 4 on, an initializer that is listed as an input is a default that a caller may replace. */
function storedNames(graph: GraphProto, model: Model): Set<string> {
  const names = new Set<string>();
  for (const { name } of graph.initializer) if (name) names.add(name);
  for (const { values } of graph.sparseInitializer) if (values?.name) names.add(values.name);
  if (Number(model.irVersion ?? 0) >= 4)
    for (const { name } of graph.input) if (name) names.delete(name);
  return names;
}

const random: ReadonlySet<string> = new Set(
  'RandomNormal RandomUniform RandomNormalLike RandomUniformLike Bernoulli Multinomial'.split(' '),
);

function follows(
  node: NodeProto,
  graph: GraphProto,
  isConstant: ConstantValues,
  general: Inference,
): boolean {
  if (!isDefaultDomain(node.domain) || random.has(node.opType ?? '')) return false;
  if (node.opType === 'Constant') return true;
  if (node.opType === 'Shape')
    return (
      isConstant(graph, node.input[0] ?? '') || isFixed(general.of(graph, node.input[0] ?? ''))
    );
  if (subgraphs(node).length > 0 || node.input.every((name) => name === '')) return false;
  // What an operator does that nobody knows, nobody can do ahead.
  if (!isTyped(operatorName(node))) return false;
  return node.input.every((name) => name === '' || isConstant(graph, name));
}

const isFixed = ({ shape }: ValueFacts): boolean => shape?.every((size) => size !== null) ?? false;
