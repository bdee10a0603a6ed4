import { storedNames } from '../cost/liveness.ts';
import { isDefaultDomain, subgraphs } from '../graph/attribute.ts';
import { freeNames } from '../graph/walk.ts';
import { repeatedInitializer } from '../pass/repeated-initializer.ts';
import { type PassResult, Report, skipped } from '../pass/report.ts';
import { byteLength, dataTypeName } from '../tensor/data-type.ts';
import { elementCount, isExternal } from '../tensor/values.ts';
import { edit, make } from '../wire/message.ts';
import type { GraphProto, NodeProto, TensorProto } from '../wire/messages.ts';
import type { Model } from '../wire/model.ts';
import { dropUnread } from './drop-unread.ts';

/**
 * Runs a model that has no inputs and gives its outputs by name: an engine's part in folding. A
 * failure leaves everything as it is.
 */
export type EvaluateConstants = (
  model: Model,
) => Promise<ReadonlyMap<string, TensorProto> | undefined>;

/**
 * Replaces the nodes of the main graph that read nothing but constants by what an engine gives for
 * them, where that is not larger than what it replaces. Exact as far as the engine that evaluates
 * is the one that would have run them. Nodes that draw random numbers, mark integers or hold
 * subgraphs stay.
 */
export async function evaluateConstants(
  model: Model,
  evaluate: EvaluateConstants,
): Promise<PassResult> {
  const repeated = repeatedInitializer(model);
  if (repeated) return skipped(model, repeated);
  const { graph } = model;
  const { nodes, values } = constantNodes(model);
  const wanted = frontier(graph, nodes);
  if (wanted.length === 0) return skipped(model, 'no node reads only constants');
  const tensors = await evaluate(constantModel(model, nodes, wanted)).catch(() => undefined);
  if (!tensors) return skipped(model, 'the engine could not evaluate the constants');
  const report = new Report();
  const stored = storedBytes(graph, values);
  const taken = nodes.filter(
    ({ output }) =>
      output.some((name) => wanted.includes(name)) &&
      output.every((name) => !wanted.includes(name) || fits(tensors.get(name), stored)),
  );
  const replaced = new Set(taken);
  for (const node of taken) report.change(node);
  const added = taken.flatMap(({ output }) =>
    output.flatMap((name) => {
      const tensor = wanted.includes(name) ? tensors.get(name) : undefined;
      return tensor ? [edit(tensor, { name })] : [];
    }),
  );
  const lost = new Set(taken.flatMap(({ input, output }) => [...input, ...output]));
  const folded = edit(graph, {
    node: graph.node.filter((node) => !replaced.has(node)),
    initializer: [...graph.initializer, ...added],
  });
  const changed = edit(model, { graph: dropUnread(folded, lost) });
  return report.finish(model, changed, 'what constants give is larger than they are', () => false);
}

/** Nodes that read only constants, in order, and the names of all constants. */
function constantNodes({ graph, irVersion }: Model) {
  const replaceable = new Set(Number(irVersion) >= 4 ? graph.input.map(({ name }) => name) : []);
  const values = new Set([...storedNames(graph)].filter((name) => !replaceable.has(name)));
  for (const tensor of graph.initializer) if (isExternal(tensor)) values.delete(tensor.name ?? '');
  const nodes = graph.node.filter((node) => {
    const isConstant =
      isDefaultDomain(node.domain) &&
      !kept.has(node.opType ?? '') &&
      subgraphs(node).length === 0 &&
      node.input.some(Boolean) &&
      node.input.every((name) => name === '' || values.has(name));
    if (isConstant) for (const name of node.output) values.add(name);
    return isConstant;
  });
  return { nodes, values };
}

/** Values of these nodes that others read; what makes an output of the graph is among the others. */
function frontier(graph: GraphProto, nodes: readonly NodeProto[]): string[] {
  const outputs = new Set(graph.output.map(({ name }) => name));
  const inside = new Set(nodes.filter(({ output }) => !output.some((name) => outputs.has(name))));
  const outside = new Set<string>();
  for (const node of graph.node) {
    if (inside.has(node)) continue;
    for (const name of node.input) outside.add(name);
    for (const body of subgraphs(node)) for (const name of freeNames(body)) outside.add(name);
  }
  return [...inside].flatMap(({ output }) => output.filter((name) => name && outside.has(name)));
}

/** The nodes alone with the constants that they read. */
function constantModel(
  model: Model,
  nodes: readonly NodeProto[],
  wanted: readonly string[],
): Model {
  const { graph } = model;
  const read = new Set(nodes.flatMap(({ input }) => input));
  const constants = graph.node.filter(
    ({ opType, output }) => opType === 'Constant' && read.has(output[0] ?? ''),
  );
  const inside = new Set([...constants, ...nodes]);
  return edit(model, {
    functions: [],
    graph: make('GraphProto', {
      name: 'constants',
      node: graph.node.filter((node) => inside.has(node)),
      initializer: graph.initializer.filter(({ name }) => read.has(name ?? '')),
      output: wanted.map((name) => make('ValueInfoProto', { name })),
    }),
  });
}

const kept = new Set([
  'Bernoulli',
  'Constant',
  'DequantizeLinear',
  'Multinomial',
  'QuantizeLinear',
  'RandomNormal',
  'RandomNormalLike',
  'RandomUniform',
  'RandomUniformLike',
]);

function storedBytes(graph: GraphProto, values: ReadonlySet<string>): number {
  return graph.initializer.reduce(
    (sum, tensor) => sum + (values.has(tensor.name ?? '') ? bytesOf(tensor) : 0),
    0,
  );
}

const bytesOf = (tensor: TensorProto): number => {
  const type = dataTypeName(tensor.dataType);
  return type ? byteLength(type, elementCount(tensor)) : 0;
};

/** A result that adds little to the file: small, or no larger than all that was stored. */
const fits = (tensor: TensorProto | undefined, stored: number): boolean =>
  tensor !== undefined && bytesOf(tensor) <= Math.max(4096, stored);
