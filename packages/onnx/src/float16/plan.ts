import { intAttribute, isDefaultDomain, operatorName } from '../graph/attribute.ts';
import { constantTensor, type Scope } from '../graph/walk.ts';
import { findConstant } from '../pass/constants.ts';
import type { Report } from '../pass/report.ts';
import { readTable } from '../pass/table.ts';
import type { Inference } from '../shape/infer.ts';
import { dataTypes } from '../tensor/data-type.ts';
import { elementCount } from '../tensor/values.ts';
import type { GraphProto, NodeProto } from '../wire/messages.ts';
import { type HalfCache, type ValueRanges, vanishing, whyLossy } from './lossy.ts';
import { covers, type Float16Operator, float16Operator, whyFloat32 } from './operators.ts';
import { smallestNormal } from './weights.ts';

export interface Float16Options {
  /** Operators that stay float32 besides those this pass never converts: `['Softmax']`. */
  readonly keepOperators?: readonly string[];
  /** Nodes that stay float32, by name or first output. */
  readonly keepNodes?: readonly string[];
  /** Inputs and outputs keep their types (the default); otherwise those in float32 become float16. */
  readonly keepIo?: boolean;
  /** What activations spanned over calibration data: what overflows is named and stays float32. */
  readonly ranges?: ValueRanges;
}

/** Positions of nodes in their graph. */
export interface Float16Plan {
  /** Computed in half precision. */
  readonly chosen: ReadonlySet<number>;
  /** Computed in float32, from weights that are stored in half precision. */
  readonly stored: ReadonlySet<number>;
  /** Casts to half precision of what has a half form. */
  readonly collapsed: ReadonlySet<number>;
  /** Half forms of values that the model itself casts to float32, by their names. */
  readonly uncast: ReadonlyMap<string, string>;
}

/**
 * Chooses the nodes of one graph to convert. Nodes that hold weights lead; others follow when one
 * of their inputs is half precision already. Whatever has to stay float32 is reported.
 */
export function planFloat16(
  scope: Scope & { readonly graph: GraphProto },
  inference: Inference,
  options: Float16Options,
  halves: HalfCache,
  report: Report,
): Float16Plan {
  const chosen = new Set<number>();
  const stored = new Set<number>();
  const collapsed = new Set<number>();
  const uncast = new Map<string, string>();
  const half = new Set<string>();
  for (const [index, node] of scope.graph.node.entries()) {
    if (constantTensor(node) || !touchesFloats(node, scope.graph, inference)) continue;
    const turn = turnOf(node, scope.graph, inference);
    if (turn === 'to float32') {
      half.add(node.output[0]!);
      uncast.set(node.output[0]!, node.input[0]!);
      continue;
    }
    if (turn === 'to float16' && half.has(node.input[0]!)) {
      collapsed.add(index);
      continue;
    }
    const verdict = judge(node, scope, inference, options, halves, half);
    if (verdict === undefined) continue;
    if (verdict === 'stored') stored.add(index);
    else if (typeof verdict === 'string') report.leave(node, verdict);
    if (typeof verdict === 'string') continue;
    chosen.add(index);
    for (const [at, name] of node.output.entries()) if (covers(verdict.outputs, at)) half.add(name);
    for (const warning of vanishing(node, verdict, scope, halves)) report.warnings.push(warning);
  }
  return { chosen, stored, collapsed, uncast };
}

/** Which way a Cast goes between the two floats; absent where a node is none. */
function turnOf(
  node: NodeProto,
  graph: GraphProto,
  inference: Inference,
): 'to float16' | 'to float32' | undefined {
  if (node.opType !== 'Cast' || !isDefaultDomain(node.domain)) return undefined;
  const { type } = inference.of(graph, node.input[0] ?? '');
  const to = intAttribute(node, 'to', 0);
  if (type === 'float16' && to === dataTypes.float32) return 'to float32';
  return type === 'float32' && to === dataTypes.float16 ? 'to float16' : undefined;
}

/** The operator's table entry if the node is converted, `stored` if only its weights are, the reason if it cannot be, else nothing to gain. */
function judge(
  node: NodeProto,
  scope: Scope & { readonly graph: GraphProto },
  inference: Inference,
  options: Float16Options,
  halves: HalfCache,
  half: ReadonlySet<string>,
): Float16Operator | 'stored' | (string & {}) | undefined {
  const name = operatorName(node);
  const operator = isDefaultDomain(node.domain) ? float16Operator(name) : undefined;
  if (options.keepOperators?.includes(name)) return 'asked for';
  if (options.keepNodes?.some((kept) => kept === node.name || kept === node.output[0]))
    return 'asked for';
  if (!operator) return halfWeights(node, scope, halves).length > 0 ? 'stored' : whyFloat32(name);
  const floats = node.input.filter((input, at) => input !== '' && covers(operator.inputs, at));
  if (!leads(operator, node, scope) && !floats.some((input) => half.has(input))) return undefined;
  for (const input of floats) {
    const { type } = inference.of(scope.graph, input);
    if (type !== 'float32')
      return type ? `${input} is ${type}` : `the type of ${input} is not known`;
  }
  return whyLossy(node, operator, scope, halves, options.ranges) ?? operator;
}

/**
 * Weights of a recurrent layer that can be stored in half precision: rounded once they do little,
 * where states that are rounded on every step add up. ONNX Runtime casts them back as it loads.
 */
export function halfWeights(node: NodeProto, scope: Scope, halves: HalfCache): string[] {
  if (!isDefaultDomain(node.domain) || !recurrent.has(node.opType ?? '')) return [];
  return node.input.slice(1, 3).filter((name) => {
    const constant = findConstant(scope, name);
    if (!constant || 'reason' in constant || constant.tensor.dataType !== dataTypes.float32)
      return false;
    const { overflowed, largest, count } = halves.of(constant.tensor);
    return overflowed === 0 && largest >= smallestNormal && count >= leastRecurrent;
  });
}

const recurrent: ReadonlySet<string> = new Set(['LSTM', 'GRU', 'RNN']);

/** Weights of which half outweighs a cast. */
const leastRecurrent = 256;

/** Whether a node is worth casts of its own: it holds weights, or a table that it takes rows from. */
function leads(operator: Float16Operator, node: NodeProto, scope: Scope): boolean {
  if (node.opType === 'Gather') return readTable(node, scope, leastTable) !== undefined;
  // A table that is an embedding here and, turned, a product's weights there.
  if (node.opType === 'Transpose') return isLarge(node.input[0] ?? '', scope);
  return operator.leads && node.input.some((name) => findConstant(scope, name) !== undefined);
}

/** Elements of a table from which half of it outweighs a cast. */
const leastTable = 1024;

function isLarge(name: string, scope: Scope): boolean {
  const constant = findConstant(scope, name);
  return !!constant && 'tensor' in constant && elementCount(constant.tensor) >= leastTable;
}

/** Whether a node reads or makes float32 values, as far as types are known. */
function touchesFloats(node: NodeProto, graph: GraphProto, inference: Inference): boolean {
  return [...node.input, ...node.output].some(
    (name) => inference.of(graph, name).type === 'float32',
  );
}
