/**
 * What the browser itself says that its WebNN takes, by operator and operand:
 * `MLContext.opSupportLimits()`, asked once and kept beside this file. ONNX Runtime's WebNN provider
 * asks the same before it takes a node.
 */
import { readFileSync } from 'node:fs';
import type { Condition, DataTypeName } from '@selvedge/onnx';
import { sortTypes } from '../types.ts';
import type { Correction } from './correction.ts';

interface Operand {
  readonly types: readonly string[];
  readonly maxRank: number;
}

interface Limits {
  readonly browser: string;
  readonly operators: Readonly<Record<string, Readonly<Record<string, Operand>>>>;
}

const { browser, operators }: Limits = JSON.parse(
  readFileSync(new URL('./webnn-limits.json', import.meta.url), 'utf8'),
);

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

const alike =
  `Abs Add ArgMax ArgMin BatchNormalization Cast Ceil Concat Cos DequantizeLinear Div Elu Equal Erf
  Exp Expand Floor GRU Gather GatherElements GatherND Gelu Gemm Greater GreaterOrEqual HardSigmoid
  HardSwish Identity InstanceNormalization IsNaN LSTM LayerNormalization LeakyRelu Log Max Min Mul
  Neg Pad Pow QuantizeLinear Reciprocal ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax
  ReduceMean ReduceMin ReduceSum ReduceSumSquare Relu Reshape ScatterElements ScatterND Sigmoid Sign
  Sin Slice Softmax Softplus Softsign Split Sqrt Sub Tan Tanh Tile Transpose Where`.split(/\s+/);

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

/** Types and ranks of every operator that one operator of WebNN stands for. */
export const limits: readonly Correction[] = [
  ...alike.map((op) => [op, nameOf(op)] as const),
  ...Object.entries(renamed),
].map(([op, webnn]) => limitsOf(op, webnn));

function nameOf(op: string): string {
  const lowered = `${op[0]!.toLowerCase()}${op.slice(1)}`;
  return operators[lowered] ? lowered : op.toLowerCase();
}

function limitsOf(op: string, webnn: string): Correction {
  const known = operators[webnn]!;
  const names =
    operands[webnn] ?? (known.a ? ['a', 'b', 'c'] : known.inputs ? ['inputs'] : ['input', null]);
  const inputs = names.map((name) => (name && known[name] ? typesOf(known[name]) : null));
  const output = known.output ?? known.outputs ?? known.output0;
  const ranks = names.flatMap((name, at): Condition[] =>
    name && known[name] && !reshaped.test(webnn)
      ? [{ rank: name === 'inputs' ? 'inputs' : at, is: { max: known[name].maxRank } }]
      : [],
  );
  return {
    op,
    evidence: `measured: opSupportLimits of ${browser}`,
    inputs,
    ...(output && { outputs: [typesOf(output)] }),
    where: ranks,
  };
}

/** ONNX Runtime hands booleans over as uint8. */
function typesOf({ types }: Operand): readonly DataTypeName[] {
  const bool = types.includes('uint8') ? (['bool'] as const) : [];
  return sortTypes([...(types as DataTypeName[]), ...bool]);
}
