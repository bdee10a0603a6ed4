import { type GraphIndex, indexGraph } from '../../graph/graph-index.ts';
import type { Scope } from '../../graph/walk.ts';
import { findConstant } from '../../pass/constants.ts';
import type { Report } from '../../pass/report.ts';
import { type Inference, inferValues } from '../../shape/infer.ts';
import { dataTypes } from '../../tensor/data-type.ts';
import type { GraphProto, NodeProto } from '../../wire/messages.ts';
import type { Model } from '../../wire/model.ts';
import { findClamped } from './clamps.ts';
import { connected } from './connected.ts';
import type { StaticOptions } from './options.ts';
import { dataInputs, type Role, roleOf } from './roles.ts';
import { ScaleGroups } from './scale-groups.ts';
import { readWeightedLayer, type WeightedLayer } from './weighted-layer.ts';

/** What of a main graph works in 8 bits. */
export interface StaticPlan {
  readonly graph: GraphProto;
  readonly index: GraphIndex;
  /** Nodes that read and give quantised values. */
  readonly nodes: ReadonlyMap<NodeProto, Role>;
  /** Those with stored weights. */
  readonly layers: ReadonlyMap<NodeProto, WeightedLayer>;
  /** Node → the clamp behind it that its quantiser replaces. */
  readonly clamped: ReadonlyMap<NodeProto, NodeProto>;
  /** Activations that are quantised. */
  readonly values: ReadonlySet<string>;
  /** Which of them share a scale. */
  readonly groups: ScaleGroups;
}

/**
 * Decides what is quantised: layers with stored weights and products of two values; what computes
 * between them as long as all it reads is quantised and something quantised reads it; what only
 * moves elements around them. A decomposed activation or normalisation (a square, Mul, Add, Tanh, …)
 * holds an operator without 8-bit form, so that all of it stays float: a cube in 8 bits is noise.
 *
 * @param model as {@link prepareStatic} gives it.
 */
export function planStatic(model: Model, options: StaticOptions, report: Report): StaticPlan {
  const { graph } = model;
  const index = indexGraph(graph);
  const candidates = new Map<NodeProto, Role>();
  const layers = new Map<NodeProto, WeightedLayer>();
  const kept = keptNodes(graph, index, options);
  const reading = { scope: { graph }, inference: inferValues(model), kept, report, layers };
  for (const node of graph.node) {
    const role = readNode(node, reading);
    if (role) candidates.set(node, role);
  }
  const nodes = connected(candidates, index, graph);
  for (const layer of layers.keys()) if (!nodes.has(layer)) layers.delete(layer);
  const clamped = findClamped(nodes, index, graph);
  const values = valuesOf(nodes, clamped, graph);
  return { graph, index, nodes, layers, clamped, values, groups: groupsOf(nodes, values, index) };
}

interface Reading {
  readonly scope: Scope & { readonly graph: GraphProto };
  readonly inference: Inference;
  readonly kept: ReadonlySet<NodeProto>;
  readonly report: Report;
  readonly layers: Map<NodeProto, WeightedLayer>;
}

/** The nodes that a caller keeps; with a clamp what it clamps, since both are one to the quantiser. */
function keptNodes(
  graph: GraphProto,
  index: GraphIndex,
  { keepNodes = [] }: StaticOptions,
): Set<NodeProto> {
  const names = new Set(keepNodes);
  const kept = new Set<NodeProto>();
  for (const node of graph.node) {
    if (!names.has(node.name || node.output[0]!) && !names.has(node.output[0]!)) continue;
    kept.add(node);
    const clamped = roleOf(node, { graph }) === 'clamp' && index.producers.get(node.input[0]!);
    if (clamped) kept.add(clamped);
  }
  return kept;
}

/** Operators that hold graphs, which this pass leaves as they are. */
const untouched: Readonly<Record<string, string>> = {
  If: 'its branches stay as they are',
  Loop: 'its body stays as it is',
  Scan: 'its body stays as it is',
};

function readNode(node: NodeProto, reading: Reading): Role | undefined {
  const { scope, kept, report, layers } = reading;
  const op = node.opType ?? '';
  if (Object.hasOwn(untouched, op)) report.leave(node, untouched[op]!);
  const role = roleOf(node, scope);
  if (!role) return undefined;
  if (kept.has(node)) {
    report.leave(node, 'asked for');
    return undefined;
  }
  const layer = role === 'layer' ? readWeightedLayer(node, scope) : undefined;
  if (typeof layer === 'string') {
    report.leave(node, layer);
    return undefined;
  }
  const inputs = layer ? node.input.slice(0, 1) : dataInputs(node, role);
  if (!inputs.every((name) => isFloat(name, role, reading))) {
    if (layer) report.leave(node, `its input ${node.input[0]} is not float32, or is stored`);
    return undefined;
  }
  if (layer) layers.set(node, layer);
  return role;
}

/** Whether an input is a float32 value, or a float32 constant where the role takes one. */
function isFloat(name: string, role: Role, { scope, inference }: Reading): boolean {
  const constant = findConstant(scope, name);
  if (constant) {
    const takesConstants = role === 'join' || role === 'combine';
    return takesConstants && 'tensor' in constant && constant.tensor.dataType === dataTypes.float32;
  }
  return name !== '' && inference.of(scope.graph, name).type === 'float32';
}

function valuesOf(
  nodes: ReadonlyMap<NodeProto, Role>,
  clamped: ReadonlyMap<NodeProto, NodeProto>,
  graph: GraphProto,
): Set<string> {
  const values = new Set<string>();
  const gone = new Set(clamped.values());
  for (const [node, role] of nodes) {
    if (gone.has(node)) continue;
    for (const name of dataInputs(node, role)) if (!findConstant({ graph }, name)) values.add(name);
    for (const name of (clamped.get(node) ?? node).output) if (name) values.add(name);
  }
  return values;
}

/**
 * A mover's output is in its input's scale. What only a Concat reads is made in the Concat's scale:
 * one rounding instead of two, and the Concat moves bytes.
 */
function groupsOf(
  nodes: ReadonlyMap<NodeProto, Role>,
  values: ReadonlySet<string>,
  index: GraphIndex,
): ScaleGroups {
  const groups = new ScaleGroups();
  for (const [node, role] of nodes) {
    if (role === 'mover')
      for (const name of node.output) if (name) groups.join(node.input[0]!, name);
    if (role !== 'join') continue;
    for (const name of node.input) {
      const producer = index.producers.get(name);
      const own = producer && nodes.get(producer);
      const isSole = index.consumers.get(name)?.length === 1 && !isSeen(name, index);
      if (values.has(name) && isSole && own && own !== 'mover' && own !== 'join')
        groups.join(node.output[0]!, name);
    }
  }
  return groups;
}

/** Whether a value is seen from outside the graph's own nodes. */
export const isSeen = (name: string, index: GraphIndex): boolean =>
  index.outputs.has(name) || index.captured.has(name);
