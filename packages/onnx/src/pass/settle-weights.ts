import { makeTensor } from '../build/make.ts';
import { isDefaultDomain } from '../graph/attribute.ts';
import { mapGraphs, mapList } from '../graph/map-graphs.ts';
import { type Scope, scopes } from '../graph/walk.ts';
import { elementCount } from '../tensor/values.ts';
import { edit } from '../wire/message.ts';
import type { NodeProto } from '../wire/messages.ts';
import type { Model } from '../wire/model.ts';
import { findConstant } from './constants.ts';
import { isMove, type MovedWeights, moveWeights } from './moved-weights.ts';
import { NamePool } from './name-pool.ts';
import { Replacements } from './replacements.ts';

/** Inputs that hold weights, by operator. */
export const weightInputs: Readonly<Record<string, readonly number[]>> = {
  MatMul: [1, 0],
  Gemm: [1],
  Conv: [1],
  ConvTranspose: [1],
  LSTM: [1, 2],
  GRU: [1, 2],
  RNN: [1, 2],
  Gather: [0],
};

/**
 * Stores weights in the order in which their layer reads them, where a model stores them in another
 * and moves them in every run (Transpose, or Slice and Concat of the gates of an LSTM), so that
 * passes over weights find them. They stand in the graph that holds the originals, once for all
 * readers; originals and moves that nothing else reads go. Exact.
 *
 * @param options.mayGrow also where the original stays because something else reads it: a table
 * that is an embedding here and a product's weights there is then stored twice.
 */
export function settleWeights(model: Model, options: { readonly mayGrow: boolean }): Model {
  const settling: Settling = {
    names: new NamePool(model),
    settled: new Replacements(),
    fixed: options.mayGrow ? new Set() : readAsTheyAre(model),
  };
  return mapGraphs(model, (graph, scope) => {
    const node = mapList(graph.node, (entry) => settleNode(entry, scope, settling));
    return settling.settled.finish(node === graph.node ? graph : edit(graph, { node }), scope);
  });
}

interface Settling {
  readonly names: NamePool;
  readonly settled: Replacements<string>;
  /** Stored tensors that must stay. */
  readonly fixed: ReadonlySet<string>;
}

/** Names that something else than a move reads. */
function readAsTheyAre(model: Model): Set<string> {
  const read = new Set<string>();
  for (const { graph } of scopes(model)) {
    for (const node of graph.node) if (!isMove(node)) for (const name of node.input) read.add(name);
    for (const output of graph.output)
      read.add(typeof output === 'string' ? output : (output.name ?? ''));
  }
  return read;
}

function settleNode(node: NodeProto, scope: Scope, settling: Settling): NodeProto {
  const op = node.opType ?? '';
  if (!isDefaultDomain(node.domain) || !Object.hasOwn(weightInputs, op)) return node;
  const input = mapList(node.input, (name) => {
    const isWeight = weightInputs[op]!.some((at) => node.input[at] === name);
    if (!isWeight || name === '' || findConstant(scope, name)) return name;
    const moved = moveWeights(scope, name);
    if (!moved || moved.sources.some((source) => settling.fixed.has(source))) return name;
    return isLarger(moved, scope) ? name : settle(moved, name, scope, settling);
  });
  return input === node.input ? node : edit(node, { input });
}

/** Whether weights hold elements of their sources more than once. */
function isLarger({ dims, sources }: MovedWeights, scope: Scope): boolean {
  let stored = 0;
  for (const source of new Set(sources)) {
    const constant = findConstant(scope, source);
    if (constant && 'tensor' in constant) stored += elementCount(constant.tensor);
  }
  return dims.reduce((product, size) => product * size, 1) > stored;
}

function settle(
  moved: MovedWeights,
  name: string,
  scope: Scope,
  { names, settled }: Settling,
): string {
  settled.drop(scope, name);
  for (const source of moved.sources) settled.drop(scope, source);
  return settled.form(scope, innermost(scope, moved.sources), moved.key, (store) => {
    const fresh = names.fresh(`${name}.settled`);
    store(makeTensor(fresh, moved.dims, moved.values()));
    return fresh;
  });
}

/** Of sources in several graphs, one that stands in the innermost: from there all can be read. */
function innermost(scope: Scope, sources: readonly string[]): string {
  for (let at: Scope | undefined = scope; at; at = at.outer) {
    const { graph } = at;
    const own = sources.find(
      (name) =>
        graph.node.some(({ output }) => output.includes(name)) ||
        ('initializer' in graph && graph.initializer.some((tensor) => tensor.name === name)),
    );
    if (own !== undefined) return own;
  }
  return sources[0]!;
}
