/** Shapes of matrix products, attention and recurrent layers (ONNX Operators: MatMul, Gemm, Einsum, Attention, LSTM, GRU, RNN). */
import { intAttribute, textAttribute } from '../graph/attribute.ts';
import { addDims, type Dim, floorDivide, multiplyDims } from './dimension.ts';
import { broadcast, type Operands, type Shape, type ShapeRule } from './facts.ts';

type Result = readonly (Shape | undefined)[];

export const productRules: Readonly<Record<string, ShapeRule>> = {
  MatMul: ({ inputs }) => [matMul(inputs[0]?.shape, inputs[1]?.shape)],
  MatMulInteger: ({ inputs }) => [matMul(inputs[0]?.shape, inputs[1]?.shape)],
  QLinearMatMul: ({ inputs }) => [matMul(inputs[0]?.shape, inputs[3]?.shape)],
  Gemm: gemm,
  Einsum: einsum,
  Attention: attention,
  LSTM: recurrent,
  GRU: recurrent,
  RNN: recurrent,
};

/** numpy.matmul: batch dimensions broadcast, a vector's missing dimension is left out again. */
export function matMul(a: Shape | undefined, b: Shape | undefined): Shape | undefined {
  if (!a?.length || !b?.length) return undefined;
  const batch = broadcast([a.slice(0, -2), b.slice(0, -2)]);
  if (!batch) return undefined;
  const rows = a.length > 1 ? [a[a.length - 2]!] : [];
  const columns = b.length > 1 ? [b[b.length - 1]!] : [];
  return [...batch, ...rows, ...columns];
}

export function gemm({ node, inputs }: Operands, bAt = 1): Result {
  const a = inputs[0]?.shape;
  const b = inputs[bAt]?.shape;
  if (a?.length !== 2 || b?.length !== 2) return [];
  return [
    [a[intAttribute(node, 'transA', 0)] ?? null, b[1 - intAttribute(node, 'transB', 0)] ?? null],
  ];
}

function einsum({ node, inputs }: Operands): Result {
  const terms = einsumTerms(textAttribute(node, 'equation', ''));
  if (!terms) return [];
  const shapes = node.input.map((_, at) => inputs[at]?.shape);
  const sizes = einsumSizes(terms.inputs, shapes);
  return [[...terms.output].map((label) => sizes.get(label) ?? null)];
}

/** The labels of an einsum without ellipsis: `bij,bjk->bik`. */
export function einsumTerms(equation: string): { inputs: string[]; output: string } | undefined {
  const [left = '', right] = equation.replaceAll(' ', '').split('->');
  if (!/^[A-Za-z,]*$/.test(left) || (right && !/^[A-Za-z]*$/.test(right))) return undefined;
  const labels = [...left.replaceAll(',', '')];
  const once = labels.filter((label) => labels.indexOf(label) === labels.lastIndexOf(label)).sort();
  return { inputs: left.split(','), output: right ?? once.join('') };
}

/** The size of each label: a number where an operand has one. */
export function einsumSizes(
  terms: readonly string[],
  shapes: readonly (Shape | undefined)[],
): Map<string, Dim> {
  const sizes = new Map<string, Dim>();
  for (const [at, term] of terms.entries()) {
    for (const [axis, label] of [...term].entries()) {
      const size = shapes[at]?.[axis] ?? null;
      const before = sizes.get(label) ?? null;
      // A size of 1 gives way to another (broadcasting); a symbol to a number.
      if (before === null || before === 1 || (typeof size === 'number' && size !== 1))
        sizes.set(label, size ?? before);
    }
  }
  return sizes;
}

/** What the operands of an attention have in common, however they are laid out. */
export interface AttentionSizes {
  readonly batch: Dim;
  readonly heads: Dim;
  readonly keyHeads: Dim;
  readonly queries: Dim;
  /** Keys of this call and those of the past. */
  readonly keys: Dim;
  readonly headSize: Dim;
  readonly valueSize: Dim;
  /** Heads are an axis of their own: [batch, heads, sequence, size]. */
  readonly isSplit: boolean;
}

/** Attention-23: Q, K, V of rank 4, or of rank 3 with the heads side by side. */
export function attentionSizes({ node, inputs }: Operands): AttentionSizes | undefined {
  const [q, k, v] = [0, 1, 2].map((at) => inputs[at]?.shape);
  if (!q || !k || !v || q.length !== k.length || (q.length !== 3 && q.length !== 4))
    return undefined;
  const isSplit = q.length === 4;
  const heads = isSplit ? q[1]! : intAttribute(node, 'q_num_heads', 0);
  const keyHeads = isSplit ? k[1]! : intAttribute(node, 'kv_num_heads', 0);
  const sizeOf = (shape: Shape, count: Dim) =>
    isSplit ? shape[3]! : count === 0 ? null : floorDivide(shape[2]!, count);
  const past = node.input[4] ? (inputs[4]?.shape?.[2] ?? null) : 0;
  return {
    batch: q[0]!,
    heads,
    keyHeads,
    queries: q.at(-2)!,
    keys: addDims(k.at(-2)!, past),
    headSize: sizeOf(q, heads),
    valueSize: sizeOf(v, keyHeads),
    isSplit,
  };
}

/** Y, present_key, present_value, qk_matmul_output. */
function attention(operands: Operands): Result {
  const sizes = attentionSizes(operands);
  if (!sizes) return [];
  const { batch, heads, keyHeads, queries, keys, headSize, valueSize, isSplit } = sizes;
  const y = isSplit
    ? [batch, heads, queries, valueSize]
    : [batch, queries, multiplyDims(heads, valueSize)];
  return [
    y,
    [batch, keyHeads, keys, headSize],
    [batch, keyHeads, keys, valueSize],
    [batch, heads, queries, keys],
  ];
}

/** Y, Y_h and (LSTM) Y_c; `layout` 1 puts the batch first. */
function recurrent({ node, inputs }: Operands): Result {
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
