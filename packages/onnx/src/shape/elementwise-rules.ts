/** Shapes of operators that work element by element, normalise, or reduce. */
import { attribute, intAttribute, intsAttribute } from '../graph/attribute.ts';
import {
  broadcast,
  constantOf,
  type Operands,
  positiveAxis,
  type Shape,
  type ShapeRule,
  words,
} from './facts.ts';

type Result = readonly (Shape | undefined)[];

const likeFirst: ShapeRule = ({ inputs }) => [inputs[0]?.shape];

const shapeKeepers = words(`
  Abs Acos Acosh Asin Asinh Atan Atanh Bernoulli Binarizer BitCast BitwiseNot Cast CastLike Ceil Celu Clip
  Cos Cosh CumProd CumSum DequantizeLinear Elu Erf Exp EyeLike Floor Gelu GroupNormalization Hardmax
  HardSigmoid HardSwish Identity InstanceNormalization IsInf IsNaN LRN LeakyRelu Log LogSoftmax
  LpNormalization MeanVarianceNormalization Mish Neg Not PRelu QuantizeLinear RMSNormalization
  RandomNormalLike RandomUniformLike Reciprocal RegexFullMatch Relu ReverseSequence RotaryEmbedding
  Round Scatter ScatterElements ScatterND Selu Shrink Sigmoid Sign Sin Sinh
  SimplifiedLayerNormalization Softmax Softplus Softsign Sqrt Swish Tan Tanh TensorScatter
  ThresholdedRelu Trilu
`);

const broadcasters = words(`
  Add And BitShift BitwiseAnd BitwiseOr BitwiseXor Div Equal Greater GreaterOrEqual Less LessOrEqual
  Max Mean Min Mod Mul Or Pow StringConcat Sub Sum Where Xor
`);

const reducers = words(`
  ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum
  ReduceSumSquare
`);

const all = (names: readonly string[], rule: ShapeRule) =>
  Object.fromEntries(names.map((name) => [name, rule] as const));

export const elementwiseRules: Readonly<Record<string, ShapeRule>> = {
  ...all(shapeKeepers, likeFirst),
  ...all(broadcasters, broadcastRule),
  ...all(reducers, reduce),
  ...all(['ArgMax', 'ArgMin'], argReduce),
  BatchNormalization: batchNormalization,
  Dropout: ({ inputs }) => [inputs[0]?.shape, inputs[0]?.shape],
  DynamicQuantizeLinear: ({ inputs }) => [inputs[0]?.shape, [], []],
  LayerNormalization: layerNormalization,
  'ai.onnx.preview.training:Adagrad': optimizer(1),
  'ai.onnx.preview.training:Adam': optimizer(2),
  'ai.onnx.preview.training:Momentum': optimizer(1),
};

function broadcastRule({ node, inputs }: Operands): Result {
  // Before opset 7 the second operand was fitted to the first.
  if (attribute(node, 'broadcast')) return [inputs[0]?.shape];
  return [broadcast(node.input.map((_, at) => inputs[at]?.shape))];
}

function reduce(operands: Operands): Result {
  const { node, inputs } = operands;
  const x = inputs[0]?.shape;
  if (!x) return [];
  const axes = intsAttribute(node, 'axes') ?? (node.input[1] ? constantOf(operands, 1) : []);
  const keep = intAttribute(node, 'keepdims', 1) === 1;
  if (!axes) return [keep ? x.map(() => null) : undefined];
  if (axes.length === 0 && intAttribute(node, 'noop_with_empty_axes', 0) === 1) return [x];
  const gone = axes.length === 0 ? x.map((_, at) => at) : axes;
  return [without(x, gone, keep)];
}

function argReduce({ node, inputs }: Operands): Result {
  const x = inputs[0]?.shape;
  const keep = intAttribute(node, 'keepdims', 1) === 1;
  return [x && without(x, [intAttribute(node, 'axis', 0)], keep)];
}

function without(shape: Shape, axes: readonly number[], keep: boolean): Shape {
  const gone = new Set(axes.map((axis) => positiveAxis(axis, shape.length)));
  return shape.flatMap((size, at) => (gone.has(at) ? (keep ? [1] : []) : [size]));
}

/** Y, then running and saved statistics of one number a channel. */
function batchNormalization({ node, inputs }: Operands): Result {
  const channels = inputs[1]?.shape;
  return node.output.map((_, at) => (at === 0 ? inputs[0]?.shape : channels));
}

/** Y, Mean and InvStdDev: these keep the axes before `axis` and have 1 from it on. */
function layerNormalization({ node, inputs }: Operands): Result {
  const x = inputs[0]?.shape;
  const axis = x && positiveAxis(intAttribute(node, 'axis', -1), x.length);
  if (!x || axis === undefined) return [x];
  const statistics = x.map((size, at) => (at < axis ? size : 1));
  return [x, statistics, statistics];
}

/** New values of as many tensors as are trained, then of `moments` statistics of each. */
function optimizer(moments: number): ShapeRule {
  return ({ node, inputs }) => {
    // Inputs: rate, count, tensors X, gradients G, statistics; outputs: X, statistics.
    const tensors = (node.input.length - 2) / (moments + 2);
    return node.output.map((_, at) => inputs[2 + (at % tensors)]?.shape);
  };
}
