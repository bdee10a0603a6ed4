/** Shapes of operators that work element by element, normalise, or reduce. */
import { attribute, intAttribute, intsAttribute } from '../graph/attribute.ts';
import { broadcast, type Operands, positiveAxis, type Shape, type ShapeRule } from './facts.ts';

const likeFirst: ShapeRule = ({ inputs }) => [inputs[0]?.shape];

const shapeKeepers = [
  ...['Abs', 'Acos', 'Acosh', 'Asin', 'Asinh', 'Atan', 'Atanh', 'BatchNormalization', 'Bernoulli'],
  ...['BitwiseNot', 'Cast', 'CastLike', 'Ceil', 'Celu', 'Clip', 'Cos', 'Cosh', 'CumSum', 'Elu'],
  ...[
    'DequantizeLinear',
    'Erf',
    'Exp',
    'EyeLike',
    'Floor',
    'Gelu',
    'GroupNormalization',
    'Hardmax',
  ],
  ...['HardSigmoid', 'HardSwish', 'Identity', 'InstanceNormalization', 'IsInf', 'IsNaN', 'LRN'],
  ...[
    'LayerNormalization',
    'LeakyRelu',
    'Log',
    'LogSoftmax',
    'LpNormalization',
    'Mish',
    'Neg',
    'Not',
  ],
  ...[
    'MeanVarianceNormalization',
    'PRelu',
    'QuantizeLinear',
    'RandomNormalLike',
    'RandomUniformLike',
  ],
  ...[
    'RMSNormalization',
    'Reciprocal',
    'Relu',
    'ReverseSequence',
    'Round',
    'Scatter',
    'ScatterElements',
  ],
  ...[
    'ScatterND',
    'Selu',
    'Shrink',
    'Sigmoid',
    'Sign',
    'Sin',
    'Sinh',
    'SimplifiedLayerNormalization',
  ],
  ...[
    'Softmax',
    'Softplus',
    'Softsign',
    'Sqrt',
    'Swish',
    'Tan',
    'Tanh',
    'ThresholdedRelu',
    'Trilu',
  ],
];

const broadcasters = [
  ...['Add', 'And', 'BitShift', 'BitwiseAnd', 'BitwiseOr', 'BitwiseXor', 'Div', 'Equal', 'Greater'],
  ...[
    'GreaterOrEqual',
    'Less',
    'LessOrEqual',
    'Max',
    'Mean',
    'Min',
    'Mod',
    'Mul',
    'Or',
    'Pow',
    'Sub',
  ],
  ...['Sum', 'Where', 'Xor'],
];

const reducers = [
  ...[
    'ReduceL1',
    'ReduceL2',
    'ReduceLogSum',
    'ReduceLogSumExp',
    'ReduceMax',
    'ReduceMean',
    'ReduceMin',
  ],
  ...['ReduceProd', 'ReduceSum', 'ReduceSumSquare'],
];

const all = (names: readonly string[], rule: ShapeRule) =>
  names.map((name) => [name, rule] as const);

export const elementwiseRules: Readonly<Record<string, ShapeRule>> = {
  ...Object.fromEntries(all(shapeKeepers, likeFirst)),
  ...Object.fromEntries(all(broadcasters, broadcastRule)),
  ...Object.fromEntries(all(reducers, reduce)),
  ...Object.fromEntries(all(['ArgMax', 'ArgMin'], argReduce)),
  Dropout: ({ inputs }) => [inputs[0]?.shape, inputs[0]?.shape],
  DynamicQuantizeLinear: ({ inputs }) => [inputs[0]?.shape, [], []],
};

function broadcastRule({ node, inputs }: Operands): readonly (Shape | undefined)[] {
  // Before opset 7 the second operand was fitted to the first.
  if (attribute(node, 'broadcast')) return [inputs[0]?.shape];
  return [broadcast(node.input.map((_, at) => inputs[at]?.shape))];
}

function reduce({ node, inputs }: Operands): readonly (Shape | undefined)[] {
  const x = inputs[0]?.shape;
  if (!x) return [];
  const given = node.input[1];
  const axes = intsAttribute(node, 'axes') ?? (given ? inputs[1]?.constant : []);
  const keep = intAttribute(node, 'keepdims', 1) === 1;
  if (!axes) return [keep ? x.map(() => null) : undefined];
  if (axes.length === 0 && intAttribute(node, 'noop_with_empty_axes', 0) === 1) return [x];
  const all = axes.length === 0 ? x.map((_, at) => at) : axes;
  return [without(x, all, keep)];
}

function argReduce({ node, inputs }: Operands): readonly (Shape | undefined)[] {
  const x = inputs[0]?.shape;
  return [
    x && without(x, [intAttribute(node, 'axis', 0)], intAttribute(node, 'keepdims', 1) === 1),
  ];
}

function without(shape: Shape, axes: readonly number[], keep: boolean): Shape {
  const gone = new Set(axes.map((axis) => positiveAxis(axis, shape.length)));
  return shape.flatMap((size, at) => (gone.has(at) ? (keep ? [1] : []) : [size]));
}
