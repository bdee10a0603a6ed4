/** Multiply-accumulates of one node, from the definitions of the ONNX operators. */
import { intAttribute, isDefaultDomain, textAttribute } from '../graph/attribute.ts';
import { countOf, isKnown, type Sizes as Shape } from '../shape/facts.ts';
import { einsumSizes, einsumTerms } from '../shape/product-rules.ts';
import { isTyped } from '../shape/types.ts';
import type { NodeProto } from '../wire/messages.ts';

/**
 * Multiply-accumulates of a node; `undefined` where its operator or a shape it needs is not known.
 * Operators that multiply no matrices count 0: their cost is the memory they move.
 */
export function nodeMacs(
  node: NodeProto,
  inputs: readonly (Shape | undefined)[],
  output: Shape | undefined,
): number | undefined {
  if (!isDefaultDomain(node.domain)) return undefined;
  const op = node.opType ?? '';
  if (Object.hasOwn(rules, op)) return rules[op]!(node, inputs, output);
  return freeOperators.has(op) || isTyped(op) ? 0 : undefined;
}

type Rule = (
  node: NodeProto,
  inputs: readonly (Shape | undefined)[],
  output: Shape | undefined,
) => number | undefined;

const rules: Readonly<Record<string, Rule>> = {
  Conv: (_, inputs, output) => times(countOf(output), countOf(inputs[1]?.slice(1))),
  ConvInteger: (_, inputs, output) => times(countOf(output), countOf(inputs[1]?.slice(1))),
  QLinearConv: (_, inputs, output) => times(countOf(output), countOf(inputs[3]?.slice(1))),
  // Every input element meets the kernels of its group's output channels.
  ConvTranspose: (_, inputs) => times(countOf(inputs[0]), countOf(inputs[1]?.slice(1))),
  MatMul: (_, inputs, output) => times(countOf(output), inputs[0]?.at(-1)),
  MatMulInteger: (_, inputs, output) => times(countOf(output), inputs[0]?.at(-1)),
  QLinearMatMul: (_, inputs, output) => times(countOf(output), inputs[0]?.at(-1)),
  Gemm: (node, inputs, output) =>
    times(countOf(output), inputs[0]?.at(intAttribute(node, 'transA', 0) === 1 ? 0 : 1)),
  Einsum: einsum,
  LSTM: recurrent,
  GRU: recurrent,
  RNN: recurrent,
};

/** Operators without products that {@link isTyped} does not list. */
const freeOperators: ReadonlySet<string> = new Set([
  ...[
    'And',
    'ArgMax',
    'ArgMin',
    'Cast',
    'CastLike',
    'Constant',
    'ConstantOfShape',
    'DequantizeLinear',
    'Dropout',
  ],
  ...[
    'DynamicQuantizeLinear',
    'Equal',
    'EyeLike',
    'Greater',
    'GreaterOrEqual',
    'IsInf',
    'IsNaN',
    'Less',
  ],
  ...[
    'LessOrEqual',
    'MaxPool',
    'NonZero',
    'Not',
    'OneHot',
    'Or',
    'QuantizeLinear',
    'Shape',
    'Size',
    'TopK',
  ],
  ...['Where', 'Xor'],
]);

function times(a: number | undefined, b: number | null | undefined): number | undefined {
  return a === undefined || b === undefined || b === null ? undefined : a * b;
}

/** The product of all labels: what a direct evaluation of two operands takes. */
function einsum(node: NodeProto, inputs: readonly (Shape | undefined)[]): number | undefined {
  const terms = einsumTerms(textAttribute(node, 'equation', ''));
  if (!terms || terms.inputs.length > 2) return undefined;
  const sizes = [...einsumSizes(terms.inputs, inputs).values()];
  return countOf(sizes);
}

/** Per step, direction and sample: gates × hidden × (input + hidden), read off W and R. */
function recurrent(
  _node: NodeProto,
  [x, w, r]: readonly (Shape | undefined)[],
): number | undefined {
  if (!isKnown(x) || !isKnown(w) || !isKnown(r) || x.length !== 3) return undefined;
  return x[0]! * x[1]! * ((countOf(w) ?? 0) + (countOf(r) ?? 0));
}
