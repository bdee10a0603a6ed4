import { isDefaultDomain, operatorName } from '../graph/attribute.ts';
import { constantTensor, type Scope } from '../graph/walk.ts';
import { findConstant } from '../pass/constants.ts';
import type { Report } from '../pass/report.ts';
import type { Inference } from '../shape/infer.ts';
import type { GraphProto, NodeProto, TensorProto } from '../wire/messages.ts';
import { covers, type Float16Operator, float16Operator, whyFloat32 } from './operators.ts';
import { type HalfTensor, halve } from './weights.ts';

export interface Float16Options {
  /** Operators that stay float32 besides those this pass never converts: `['Softmax']`. */
  readonly keepOperators?: readonly string[];
  /** Nodes that stay float32, by name or first output. */
  readonly keepNodes?: readonly string[];
}

/** 2^-14: below it half precision loses bits. */
const smallestNormal = 2 ** -14;

/** Halves each stored tensor once, however many nodes read it. */
export class HalfCache {
  readonly #halves = new Map<TensorProto, HalfTensor>();

  of(tensor: TensorProto): HalfTensor {
    let half = this.#halves.get(tensor);
    if (!half) {
      half = halve(tensor);
      this.#halves.set(tensor, half);
    }
    return half;
  }
}

/**
 * Chooses the nodes of one graph to convert, by their position. Nodes that hold weights lead; others follow when one
 * of their inputs is half precision already. Whatever has to stay float32 is reported.
 */
export function planFloat16(
  scope: Scope & { readonly graph: GraphProto },
  inference: Inference,
  options: Float16Options,
  halves: HalfCache,
  report: Report,
): Set<number> {
  const chosen = new Set<number>();
  const half = new Set<string>();
  for (const [index, node] of scope.graph.node.entries()) {
    if (constantTensor(node) || !touchesFloats(node, scope.graph, inference)) continue;
    const verdict = judge(node, scope, inference, options, halves, half);
    if (verdict === undefined) continue;
    if (typeof verdict === 'string') {
      report.leave(node, verdict);
      continue;
    }
    chosen.add(index);
    for (const [at, name] of node.output.entries()) if (covers(verdict.outputs, at)) half.add(name);
    for (const warning of vanishing(node, verdict, scope, halves)) report.warnings.push(warning);
  }
  return chosen;
}

/** The operator's table entry if the node is converted, the reason if it cannot be, else nothing to gain. */
function judge(
  node: NodeProto,
  scope: Scope & { readonly graph: GraphProto },
  inference: Inference,
  options: Float16Options,
  halves: HalfCache,
  half: ReadonlySet<string>,
): Float16Operator | string | undefined {
  const name = operatorName(node);
  const operator = isDefaultDomain(node.domain) ? float16Operator(name) : undefined;
  if (!operator) return whyFloat32(name);
  if (options.keepOperators?.includes(name)) return 'asked for';
  if (options.keepNodes?.some((kept) => kept === node.name || kept === node.output[0]))
    return 'asked for';
  const floats = node.input.filter((input, at) => input !== '' && covers(operator.inputs, at));
  if (!operator.leads && !floats.some((input) => half.has(input))) return undefined;
  for (const input of floats) {
    const { type } = inference.of(scope.graph, input);
    if (type !== 'float32')
      return type ? `${input} is ${type}` : `the type of ${input} is not known`;
  }
  return lossy(node, operator, floats, scope, halves) ?? operator;
}

/** Why half precision would change what a node computes by more than rounding. */
function lossy(
  node: NodeProto,
  operator: Float16Operator,
  floats: readonly string[],
  scope: Scope,
  halves: HalfCache,
): string | undefined {
  if (node.opType === 'Mul' && node.input[0] === node.input[1])
    return 'squares leave the range of half precision';
  if (node.opType === 'Div' && !findConstant(scope, node.input[1] ?? '')) {
    return 'dividing by a small number leaves the range of half precision';
  }
  for (const name of floats) {
    const constant = findConstant(scope, name);
    if (!constant) continue;
    if ('reason' in constant) return constant.reason;
    const { overflowed, largest, vanished } = halves.of(constant.tensor);
    if (overflowed > 0) return `${name} holds ${largest.toPrecision(3)}, beyond ±65504`;
    // In a sum of products, a weight that vanishes beside a larger one is lost in its rounding.
    const drowned = operator.leads && largest >= smallestNormal;
    if (vanished > 0 && !drowned) return `${name} holds values that half precision rounds to 0`;
  }
  return undefined;
}

function* vanishing(
  node: NodeProto,
  operator: Float16Operator,
  scope: Scope,
  halves: HalfCache,
): Generator<string> {
  for (const [at, name] of node.input.entries()) {
    const constant = covers(operator.inputs, at) ? findConstant(scope, name) : undefined;
    if (!constant || 'reason' in constant) continue;
    const { vanished, count } = halves.of(constant.tensor);
    if (vanished > 0) yield `${name}: ${vanished} of ${count} values are below 3e-8 and become 0`;
  }
}

/** Whether a node reads or makes float32 values, as far as types are known. */
function touchesFloats(node: NodeProto, graph: GraphProto, inference: Inference): boolean {
  return [...node.input, ...node.output].some(
    (name) => inference.of(graph, name).type === 'float32',
  );
}
