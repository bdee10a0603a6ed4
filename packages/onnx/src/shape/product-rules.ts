/** Shapes of matrix products and recurrent layers (ONNX Operators: MatMul, Gemm, Einsum, LSTM, GRU, RNN). */
import { intAttribute, textAttribute } from '../graph/attribute.ts';
import { broadcast, type Operands, type Shape, type ShapeRule } from './facts.ts';

export const productRules: Readonly<Record<string, ShapeRule>> = {
  MatMul: ({ inputs }) => [matMul(inputs[0]?.shape, inputs[1]?.shape)],
  MatMulInteger: ({ inputs }) => [matMul(inputs[0]?.shape, inputs[1]?.shape)],
  QLinearMatMul: ({ inputs }) => [matMul(inputs[0]?.shape, inputs[3]?.shape)],
  Gemm: gemm,
  Einsum: ({ node, inputs }) => {
    const terms = einsumTerms(textAttribute(node, 'equation', ''));
    const sizes =
      terms &&
      einsumSizes(
        terms.inputs,
        inputs.map(({ shape }) => shape),
      );
    return [sizes && terms && [...terms.output].map((label) => sizes.get(label) ?? null)];
  },
  LSTM: recurrent,
  GRU: recurrent,
  RNN: recurrent,
};

/** numpy.matmul: batch dimensions broadcast, a vector's missing dimension is left out again. */
function matMul(a: Shape | undefined, b: Shape | undefined): Shape | undefined {
  if (!a?.length || !b?.length) return undefined;
  const batch = broadcast([a.slice(0, -2), b.slice(0, -2)]);
  if (!batch) return undefined;
  const rows = a.length > 1 ? [a[a.length - 2]!] : [];
  const columns = b.length > 1 ? [b[b.length - 1]!] : [];
  return [...batch, ...rows, ...columns];
}

function gemm({ node, inputs }: Operands): readonly (Shape | undefined)[] {
  const a = inputs[0]?.shape;
  const b = inputs[1]?.shape;
  if (a?.length !== 2 || b?.length !== 2) return [];
  return [
    [a[intAttribute(node, 'transA', 0)] ?? null, b[1 - intAttribute(node, 'transB', 0)] ?? null],
  ];
}

/** The labels of an einsum without ellipsis: `bij,bjk->bik`. */
export function einsumTerms(equation: string): { inputs: string[]; output: string } | undefined {
  const [left = '', right] = equation.replaceAll(' ', '').split('->');
  if (!/^[A-Za-z,]*$/.test(left) || (right && !/^[A-Za-z]*$/.test(right))) return undefined;
  const labels = [...left.replaceAll(',', '')];
  const once = labels.filter((label) => labels.indexOf(label) === labels.lastIndexOf(label)).sort();
  return { inputs: left.split(','), output: right ?? once.join('') };
}

export function einsumSizes(
  terms: readonly string[],
  shapes: readonly (Shape | undefined)[],
): Map<string, number | null> {
  const sizes = new Map<string, number | null>();
  for (const [at, term] of terms.entries()) {
    for (const [axis, label] of [...term].entries()) {
      const size = shapes[at]?.[axis] ?? null;
      if (size !== null || !sizes.has(label)) sizes.set(label, size);
    }
  }
  return sizes;
}

/** Y, Y_h and (LSTM) Y_c; `layout` 1 puts the batch first. */
function recurrent({ node, inputs }: Operands): readonly (Shape | undefined)[] {
  const x = inputs[0]?.shape;
  const recurrence = inputs[2]?.shape;
  if (x?.length !== 3 || recurrence?.length !== 3) return [];
  const directions = recurrence[0]!;
  const hidden = intAttribute(node, 'hidden_size') ?? recurrence[2]!;
  if (intAttribute(node, 'layout', 0) === 1) {
    const state = [x[0]!, directions, hidden];
    return [[x[0]!, x[1]!, directions, hidden], state, state];
  }
  const state = [directions, x[1]!, hidden];
  return [[x[0]!, directions, x[1]!, hidden], state, state];
}
