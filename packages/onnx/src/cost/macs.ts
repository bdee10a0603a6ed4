/** Multiply-accumulates of one node, from the definitions of the ONNX operators. */
import { intAttribute, intsAttribute, operatorName, textAttribute } from '../graph/attribute.ts';
import { numberOf } from '../shape/dimension.ts';
import { countOf, type Sizes, type ValueFacts, words } from '../shape/facts.ts';
import { attentionSizes, einsumSizes, einsumTerms } from '../shape/product-rules.ts';
import { sequenceRules } from '../shape/sequence-rules.ts';
import { isTyped } from '../shape/types.ts';
import type { NodeProto } from '../wire/messages.ts';
import { ensembleComparisons } from './trees.ts';

/**
 * Multiply-accumulates of a node; `undefined` where its operator or a shape it needs is not known.
 * Operators that multiply no matrices count 0: their cost is the memory they move. Of a decision
 * tree each comparison counts as one.
 */
export function nodeMacs(
  node: NodeProto,
  inputs: readonly ValueFacts[],
  outputs: readonly ValueFacts[],
): number | undefined {
  const op = operatorName(node);
  if (!Object.hasOwn(rules, op)) return isFree(op) ? 0 : undefined;
  const macs = rules[op]!({
    node,
    inputs,
    output: outputs[0]?.shape,
    of: (at) => inputs[at]?.shape,
  });
  return macs !== undefined && Number.isFinite(macs) ? macs : undefined;
}

interface Sized {
  readonly node: NodeProto;
  readonly inputs: readonly ValueFacts[];
  readonly output: Sizes | undefined;
  /** The shape of an input. */
  of(at: number): Sizes | undefined;
}

type Rule = (sized: Sized) => number | undefined;

/** Every output element takes the product of a kernel. */
const convolution =
  (weightAt: number): Rule =>
  ({ output, of }) =>
    times(countOf(output), countOf(of(weightAt)?.slice(1)));

/** Every output element takes a row of the first operand. */
const product: Rule = ({ output, of }) => times(countOf(output), of(0)?.at(-1));

const gemm: Rule = ({ node, output, of }) =>
  times(countOf(output), of(0)?.at(intAttribute(node, 'transA', 0) === 1 ? 0 : 1));

const ml = 'ai.onnx.ml:';
const microsoft = 'com.microsoft:';

const rules: Readonly<Record<string, Rule>> = {
  Conv: convolution(1),
  ConvInteger: convolution(1),
  QLinearConv: convolution(3),
  DeformConv: convolution(1),
  // Every input element meets the kernels of its group's output channels.
  ConvTranspose: ({ of }) => times(countOf(of(0)), countOf(of(1)?.slice(1))),
  MatMul: product,
  MatMulInteger: product,
  QLinearMatMul: product,
  Gemm: gemm,
  Einsum: einsum,
  LSTM: recurrent,
  GRU: recurrent,
  RNN: recurrent,
  Attention: attention,
  DFT: ({ node, of, output }) => fourier(output, of(0)?.at(intAttribute(node, 'axis', 1))),
  STFT: ({ output, of }) => fourier(output, of(2)?.[0] ?? (output?.[2] ?? 1) * 2),
  Det: ({ of }) => times(countOf(of(0)), (of(0)?.at(-1) ?? 0) / 3),
  [`${microsoft}FusedConv`]: convolution(1),
  [`${microsoft}FusedGemm`]: gemm,
  [`${microsoft}QGemm`]: gemm,
  [`${microsoft}FusedMatMul`]: ({ node, output, of }) =>
    times(countOf(output), of(0)?.at(intAttribute(node, 'transA', 0) === 1 ? -2 : -1)),
  [`${microsoft}DynamicQuantizeMatMul`]: product,
  [`${microsoft}MatMulInteger16`]: product,
  [`${microsoft}MatMulIntegerToFloat`]: product,
  [`${microsoft}MatMulNBits`]: product,
  [`${microsoft}MatMulBnb4`]: product,
  [`${microsoft}DynamicQuantizeLSTM`]: recurrent,
  [`${microsoft}Attention`]: packedAttention,
  [`${microsoft}MultiHeadAttention`]: ({ of }) => scores(of(0), of(1), of(0)?.[2]),
  [`${microsoft}GroupQueryAttention`]: ({ node, of }) => {
    const heads = intAttribute(node, 'num_heads', 0);
    const past = of(3)?.[2] ?? 0;
    return scores(
      of(0),
      [of(0)?.[0] ?? null, (of(0)?.[1] ?? 0) + past],
      headWidth(node, of(0), heads),
    );
  },
  [`${ml}TreeEnsemble`]: ensembleComparisons,
  [`${ml}TreeEnsembleClassifier`]: ensembleComparisons,
  [`${ml}TreeEnsembleRegressor`]: ensembleComparisons,
  [`${ml}LinearClassifier`]: linear,
  [`${ml}LinearRegressor`]: linear,
  [`${ml}SVMClassifier`]: vectors,
  [`${ml}SVMRegressor`]: vectors,
};

const noProducts: ReadonlySet<string> = new Set(
  words(`ai.onnx.ml:ZipMap ai.onnx.ml:DictVectorizer ai.onnx.ml:CastMap If Loop Scan SequenceMap`),
);

const isFree = (op: string): boolean =>
  isTyped(op) || Object.hasOwn(sequenceRules, op) || noProducts.has(op);

function times(a: number | undefined, b: number | null | undefined): number | undefined {
  return a === undefined || b === undefined || b === null ? undefined : a * b;
}

/** The product of all labels: what a direct evaluation of two operands takes. */
function einsum({ node, inputs }: Sized): number | undefined {
  const terms = einsumTerms(textAttribute(node, 'equation', ''));
  if (!terms || terms.inputs.length > 2) return undefined;
  const shapes = inputs.map(({ shape }) => shape);
  return countOf([...einsumSizes(terms.inputs, shapes).values()].map(numberOf));
}

/** Per step, direction and sample: gates × hidden × (input + hidden), read off W and R. */
function recurrent({ of }: Sized): number | undefined {
  const [steps, w, r] = [countOf(of(0)?.slice(0, 2)), countOf(of(1)), countOf(of(2))];
  return of(0)?.length === 3 && w !== undefined && r !== undefined
    ? times(steps, w + r)
    : undefined;
}

/** Queries against keys, and what they weigh against values. */
function attention({ node, inputs }: Sized): number | undefined {
  const sizes = attentionSizes({ node, inputs, opset: 23 });
  if (!sizes) return undefined;
  const { batch, heads, queries, keys, headSize, valueSize } = sizes;
  const pairs = countOf([batch, heads, queries, keys].map(numberOf));
  const width = numberOf(headSize);
  const values = numberOf(valueSize);
  return width === null || values === null ? undefined : times(pairs, width + values);
}

/** com.microsoft:Attention: projections of x by packed weights, then the attention itself. */
function packedAttention({ node, of }: Sized): number | undefined {
  const [x, weight] = [of(0), of(1)];
  const inner = weight?.[1];
  const value = intsAttribute(node, 'qkv_hidden_sizes')?.[2] ?? (inner ?? 0) / 3;
  const projection = times(countOf(x), inner);
  const mixing = scores(x, x, value);
  return projection === undefined || mixing === undefined ? undefined : projection + mixing;
}

/** Twice the pairs of positions times the width of all heads. */
function scores(
  q: Sizes | undefined,
  k: Sizes | undefined,
  width: number | null | undefined,
): number | undefined {
  const pairs = times(countOf(q?.slice(0, 2)), k?.[1]);
  return times(times(pairs, width), 2);
}

const headWidth = (node: NodeProto, q: Sizes | undefined, heads: number): number | undefined => {
  const packed = node.input[1] ? heads : heads + 2 * intAttribute(node, 'kv_num_heads', 0);
  return q?.[2] === undefined || q[2] === null ? undefined : (q[2] / packed) * heads;
};

/** A fast transform: log2 of the length complex products of two real ones an element. */
function fourier(output: Sizes | undefined, length: number | null | undefined): number | undefined {
  return times(
    countOf(output),
    length === undefined || length === null ? length : 2 * Math.log2(Math.max(2, length)),
  );
}

/** A product of each sample with the coefficients. */
function linear({ node, of }: Sized): number | undefined {
  const coefficients = node.attribute.find(({ name }) => name === 'coefficients')?.floats.length;
  return times(rowsOf(of(0)), coefficients);
}

/** A kernel of each sample with each support vector. */
function vectors({ node, of }: Sized): number | undefined {
  const support = node.attribute.find(({ name }) => name === 'support_vectors')?.floats.length;
  const weights = node.attribute.find(({ name }) => name === 'coefficients')?.floats.length;
  return times(rowsOf(of(0)), (support || weights) ?? 0);
}

/** Samples of an ai.onnx.ml operator's input: its rows, or one where it has no axis for them. */
const rowsOf = (x: Sizes | undefined): number | undefined =>
  x && (x.length < 2 ? 1 : (x[0] ?? undefined));
