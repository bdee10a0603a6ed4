/** Element types of what nodes make, from ONNX's type constraints. */
import { attribute, intAttribute, isDefaultDomain, tensorAttribute } from '../graph/attribute.ts';
import { type DataTypeName, dataTypeName } from '../tensor/data-type.ts';
import type { Operands } from './facts.ts';

type Type = DataTypeName | undefined;
type TypeRule = (operands: Operands) => readonly Type[];

const always =
  (...types: DataTypeName[]): TypeRule =>
  () =>
    types;
const like =
  (at: number): TypeRule =>
  ({ inputs, node }) =>
    node.output.map(() => inputs[at]?.type);
const said =
  (name: string, otherwise: TypeRule): TypeRule =>
  (operands) => {
    const type = intAttribute(operands.node, name);
    return type === undefined ? otherwise(operands) : [dataTypeName(type)];
  };

const booleans = [
  ...[
    'And',
    'Equal',
    'Greater',
    'GreaterOrEqual',
    'IsInf',
    'IsNaN',
    'Less',
    'LessOrEqual',
    'Not',
    'Or',
    'Xor',
  ],
];
const indices = ['ArgMax', 'ArgMin', 'NonMaxSuppression', 'NonZero', 'Shape', 'Size'];

const rules: Readonly<Record<string, TypeRule>> = {
  ...Object.fromEntries(booleans.map((name) => [name, always('bool')])),
  ...Object.fromEntries(indices.map((name) => [name, always('int64')])),
  Cast: said('to', always()),
  CastLike: like(1),
  Constant: ({ node }) => [constantType(node)],
  ConstantOfShape: ({ node }) => [
    dataTypeName(tensorAttribute(node, 'value')?.dataType) ?? 'float32',
  ],
  ConvInteger: always('int32'),
  MatMulInteger: always('int32'),
  DequantizeLinear: like(1),
  QuantizeLinear: said('output_dtype', ({ node, inputs }) => [
    node.input[2] ? inputs[2]?.type : 'uint8',
  ]),
  DynamicQuantizeLinear: always('uint8', 'float32', 'uint8'),
  QLinearConv: like(7),
  QLinearMatMul: like(7),
  Dropout: ({ inputs }) => [inputs[0]?.type, 'bool'],
  EyeLike: said('dtype', like(0)),
  MaxPool: ({ inputs }) => [inputs[0]?.type, 'int64'],
  TopK: ({ inputs }) => [inputs[0]?.type, 'int64'],
  OneHot: like(2),
  Where: like(1),
  RandomNormal: said('dtype', always('float32')),
  RandomUniform: said('dtype', always('float32')),
  RandomNormalLike: said('dtype', like(0)),
  RandomUniformLike: said('dtype', like(0)),
  Bernoulli: said('dtype', like(0)),
  Multinomial: said('dtype', always('int32')),
};

/** Operators whose outputs have the type of their first input (one type variable, T, in the specification). */
export const typeKeepers: ReadonlySet<string> = new Set([
  ...[
    'Abs',
    'Acos',
    'Acosh',
    'Add',
    'Asin',
    'Asinh',
    'Atan',
    'Atanh',
    'AveragePool',
    'BatchNormalization',
  ],
  ...[
    'BitShift',
    'BitwiseAnd',
    'BitwiseNot',
    'BitwiseOr',
    'BitwiseXor',
    'Ceil',
    'Celu',
    'Clip',
    'Compress',
  ],
  ...[
    'Concat',
    'Conv',
    'ConvTranspose',
    'Cos',
    'Cosh',
    'CumSum',
    'DepthToSpace',
    'Div',
    'Einsum',
    'Elu',
    'Erf',
  ],
  ...[
    'Exp',
    'Expand',
    'Flatten',
    'Floor',
    'GRU',
    'Gather',
    'GatherElements',
    'GatherND',
    'Gelu',
    'Gemm',
  ],
  ...[
    'GlobalAveragePool',
    'GlobalLpPool',
    'GlobalMaxPool',
    'GridSample',
    'GroupNormalization',
    'HardSigmoid',
  ],
  ...[
    'HardSwish',
    'Hardmax',
    'Identity',
    'InstanceNormalization',
    'LRN',
    'LSTM',
    'LayerNormalization',
  ],
  ...[
    'LeakyRelu',
    'Log',
    'LogSoftmax',
    'LpNormalization',
    'LpPool',
    'MatMul',
    'Max',
    'Mean',
    'Min',
    'Mish',
    'Mod',
  ],
  ...[
    'MeanVarianceNormalization',
    'Mul',
    'Neg',
    'PRelu',
    'Pad',
    'Pow',
    'RMSNormalization',
    'RNN',
    'Range',
  ],
  ...[
    'Reciprocal',
    'ReduceL1',
    'ReduceL2',
    'ReduceLogSum',
    'ReduceLogSumExp',
    'ReduceMax',
    'ReduceMean',
  ],
  ...[
    'ReduceMin',
    'ReduceProd',
    'ReduceSum',
    'ReduceSumSquare',
    'Relu',
    'Reshape',
    'Resize',
    'ReverseSequence',
  ],
  ...[
    'Round',
    'Scatter',
    'ScatterElements',
    'ScatterND',
    'Selu',
    'Shrink',
    'Sigmoid',
    'Sign',
    'Sin',
    'Sinh',
  ],
  ...[
    'Slice',
    'Softmax',
    'Softplus',
    'Softsign',
    'SpaceToDepth',
    'Split',
    'Sqrt',
    'Squeeze',
    'Sub',
    'Sum',
    'Swish',
  ],
  ...['Tan', 'Tanh', 'ThresholdedRelu', 'Tile', 'Transpose', 'Trilu', 'Unsqueeze', 'Upsample'],
]);

/** Types of a node's outputs by position; `undefined` where the specification is not known here. */
export function outputTypes(operands: Operands): readonly Type[] {
  const { node } = operands;
  if (!isDefaultDomain(node.domain)) return [];
  const rule = Object.hasOwn(rules, node.opType ?? '') ? rules[node.opType!] : undefined;
  if (rule) return rule(operands);
  return typeKeepers.has(node.opType ?? '') ? like(0)(operands) : [];
}

function constantType(node: Operands['node']): Type {
  const tensor = tensorAttribute(node, 'value');
  if (tensor) return dataTypeName(tensor.dataType);
  if (attribute(node, 'value_float') || attribute(node, 'value_floats')) return 'float32';
  if (attribute(node, 'value_int') || attribute(node, 'value_ints')) return 'int64';
  return attribute(node, 'value_string') || attribute(node, 'value_strings') ? 'string' : undefined;
}
