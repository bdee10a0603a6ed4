/**
 * What the browser itself says that its WebNN takes, by operator and operand:
 * `MLContext.opSupportLimits()`. ONNX Runtime's WebNN provider asks the same before it takes a node.
 */
import type { Condition, DataTypeName, SupportRule } from '@selvedge/onnx';
import { sortTypes } from '../types.ts';

interface Operand {
  readonly types: readonly string[];
  readonly maxRank: number;
}

interface Limits {
  readonly operators: Readonly<Record<string, Readonly<Record<string, Operand>>>>;
}

type Operators = Limits['operators'];

/** Rules with the types and ranks of the WebNN operator that each one's operator becomes. */
export function withinLimits(rules: readonly SupportRule[], answer: string): SupportRule[] {
  const { operators }: Limits = JSON.parse(answer);
  return rules.map((rule) => {
    const webnn = renamed[rule.op] ?? (alike.has(rule.op) ? nameOf(rule.op, operators) : undefined);
    if (webnn === undefined) return rule;
    const { where, ...types } = limitsOf(webnn, operators);
    const all = [...(rule.where ?? []), ...where];
    return { ...rule, ...types, ...(all.length > 0 && { where: all }) };
  });
}

/** Operators of ONNX whose WebNN operator is not just called the same. */
const renamed: Readonly<Record<string, string>> = {
  And: 'logicalAnd',
  AveragePool: 'averagePool2d',
  Clip: 'clamp',
  Conv: 'conv2d',
  ConvTranspose: 'convTranspose2d',
  CumSum: 'cumulativeSum',
  DepthToSpace: 'transpose',
  Dropout: 'identity',
  Flatten: 'reshape',
  GlobalAveragePool: 'averagePool2d',
  GlobalLpPool: 'l2Pool2d',
  GlobalMaxPool: 'maxPool2d',
  Less: 'lesser',
  LessOrEqual: 'lesserOrEqual',
  LpPool: 'l2Pool2d',
  MatMul: 'matmul',
  MaxPool: 'maxPool2d',
  Not: 'logicalNot',
  Or: 'logicalOr',
  PRelu: 'prelu',
  ReduceProd: 'reduceProduct',
  Resize: 'resample2d',
  Round: 'roundEven',
  Squeeze: 'reshape',
  Trilu: 'triangular',
  Unsqueeze: 'reshape',
  Xor: 'logicalXor',
};

const alike: ReadonlySet<string> = new Set(
  `Abs Add ArgMax ArgMin BatchNormalization Cast Ceil Concat Cos DequantizeLinear Div Elu Equal Erf
  Exp Expand Floor GRU Gather GatherElements GatherND Gelu Gemm Greater GreaterOrEqual HardSigmoid
  HardSwish Identity InstanceNormalization IsNaN LSTM LayerNormalization LeakyRelu Log Max Min Mul
  Neg Pad Pow QuantizeLinear Reciprocal ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax
  ReduceMean ReduceMin ReduceSum ReduceSumSquare Relu Reshape ScatterElements ScatterND Sigmoid Sign
  Sin Slice Softmax Softplus Softsign Split Sqrt Sub Tan Tanh Tile Transpose Where`.split(/\s+/),
);

/** ONNX's inputs in their order, by WebNN's names; null is no operand of the WebNN operator. */
const operands: Readonly<Record<string, readonly (string | null)[]>> = {
  batchNormalization: ['input', 'scale', 'bias', 'mean', 'variance'],
  conv2d: ['input', 'filter', 'bias'],
  convTranspose2d: ['input', 'filter', 'bias'],
  dequantizeLinear: ['input', 'scale', 'zeroPoint'],
  gather: ['input', 'indices'],
  gatherElements: ['input', 'indices'],
  gatherND: ['input', 'indices'],
  gru: ['input', 'weight', 'recurrentWeight', 'bias', null, 'initialHiddenState'],
  instanceNormalization: ['input', 'scale', 'bias'],
  layerNormalization: ['input', 'scale', 'bias'],
  lstm: ['input', 'weight', 'recurrentWeight', 'bias', null, 'initialHiddenState'],
  prelu: ['input', 'slope'],
  quantizeLinear: ['input', 'scale', 'zeroPoint'],
  where: ['condition', 'trueValue', 'falseValue'],
};

/** One-dimensional convolutions and pools become two-dimensional ones, so their rank says nothing. */
const reshaped = /2d$|^matmul$|^gemm$/;

function nameOf(op: string, operators: Operators): string {
  const lowered = `${op[0]!.toLowerCase()}${op.slice(1)}`;
  return operators[lowered] ? lowered : op.toLowerCase();
}

function limitsOf(
  webnn: string,
  operators: Operators,
): Pick<SupportRule, 'inputs' | 'outputs'> & { readonly where: readonly Condition[] } {
  const known = operators[webnn]!;
  const names =
    operands[webnn] ?? (known.a ? ['a', 'b', 'c'] : known.inputs ? ['inputs'] : ['input', null]);
  const inputs = names.map((name) => (name && known[name] ? typesOf(known[name]) : null));
  const output = known.output ?? known.outputs ?? known.output0;
  const where = names.flatMap((name, at): Condition[] =>
    name && known[name] && !reshaped.test(webnn)
      ? [{ rank: name === 'inputs' ? 'inputs' : at, is: { max: known[name].maxRank } }]
      : [],
  );
  return { inputs, ...(output && { outputs: [typesOf(output)] }), where };
}

/** ONNX Runtime hands booleans over as uint8. */
function typesOf({ types }: Operand): readonly DataTypeName[] {
  const bool = types.includes('uint8') ? (['bool'] as const) : [];
  return sortTypes([...(types as DataTypeName[]), ...bool]);
}
