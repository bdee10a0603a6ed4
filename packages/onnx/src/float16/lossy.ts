import type { Scope } from '../graph/walk.ts';
import { findConstant } from '../pass/constants.ts';
import type { Range } from '../quantize/calibrate/range.ts';
import { float16Max } from '../tensor/float16.ts';
import type { NodeProto, TensorProto } from '../wire/messages.ts';
import { covers, type Float16Operator } from './operators.ts';
import { type HalfTensor, halve, smallestNormal } from './weights.ts';

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

/** What was seen of values, by name. */
export type ValueRanges = ReadonlyMap<string, Range>;

/** Calibration does not see every input: values may be twice as large as it saw. */
const headroom = 2;

/** Why half precision would change what a node computes by more than rounding. */
export function whyLossy(
  node: NodeProto,
  operator: Float16Operator,
  scope: Scope,
  halves: HalfCache,
  ranges: ValueRanges | undefined,
): string | undefined {
  if (node.opType === 'Mul' && node.input[0] === node.input[1])
    return 'squares leave the range of half precision';
  if (node.opType === 'Div' && !findConstant(scope, node.input[1] ?? ''))
    return 'dividing by a small number leaves the range of half precision';
  return overflowSeen(node, operator, ranges) ?? lossyConstant(node, operator, scope, halves);
}

/** Calibration saw an activation that half precision does not hold, or nearly. */
function overflowSeen(
  node: NodeProto,
  operator: Float16Operator,
  ranges: ValueRanges | undefined,
): string | undefined {
  if (!ranges) return undefined;
  const read = node.input.filter((_, at) => covers(operator.inputs, at));
  const made = node.output.filter((_, at) => covers(operator.outputs, at));
  for (const name of [...read, ...made]) {
    const range = ranges.get(name);
    if (!range) continue;
    const most = Math.max(-range.min, range.max);
    if (most <= float16Max / headroom) continue;
    const reached = `${name} reaches ${most.toPrecision(3)} on the samples`;
    return most > float16Max
      ? `overflows fp16: ${reached}, beyond ±65504`
      : `may overflow fp16: ${reached}, more than half of 65504`;
  }
  return undefined;
}

function lossyConstant(
  node: NodeProto,
  operator: Float16Operator,
  scope: Scope,
  halves: HalfCache,
): string | undefined {
  for (const [at, name] of node.input.entries()) {
    const constant = name && covers(operator.inputs, at) ? findConstant(scope, name) : undefined;
    if (!constant) continue;
    if ('reason' in constant) return constant.reason;
    const { overflowed, largest, vanished } = halves.of(constant.tensor);
    // A bound that half precision does not hold becomes ±∞, which bounds the same finite halves.
    if (overflowed > 0 && !(node.opType === 'Clip' && at > 0))
      return `${name} holds ${largest.toPrecision(3)}, beyond ±65504`;
    // In a sum of products, a weight that vanishes beside a larger one is lost in its rounding; of a
    // table of millions some are always as small.
    const isTable = node.opType === 'Gather' || node.opType === 'Transpose';
    const drowned = (operator.leads || isTable) && largest >= smallestNormal;
    if (vanished > 0 && !drowned) return `${name} holds values that half precision rounds to 0`;
  }
  return undefined;
}

/** What becomes of small weights, one sentence per tensor. */
export function* vanishing(
  node: NodeProto,
  operator: Float16Operator,
  scope: Scope,
  halves: HalfCache,
): Generator<string> {
  for (const [at, name] of node.input.entries()) {
    const constant = covers(operator.inputs, at) ? findConstant(scope, name) : undefined;
    if (!constant || 'reason' in constant) continue;
    const { vanished, subnormal, count } = halves.of(constant.tensor);
    if (vanished > 0) yield `${name}: ${vanished} of ${count} values are below 3e-8 and become 0`;
    if (subnormal > count * noteworthy)
      yield `${name}: ${subnormal} of ${count} values are below 6.1e-5, which hardware that flushes subnormal halves takes as 0`;
  }
}

/** Share of a tensor's values. A few small weights beside large ones change nothing. */
const noteworthy = 0.05;
