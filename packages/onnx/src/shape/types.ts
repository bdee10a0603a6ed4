/** Element types of what nodes make, from ONNX's type constraints. */
import { attribute, intAttribute, operatorName, tensorAttribute } from '../graph/attribute.ts';
import { type DataTypeName, dataTypeName } from '../tensor/data-type.ts';
import { type Operands, words } from './facts.ts';

type Type = DataTypeName | undefined;
type TypeRule = (operands: Operands) => readonly Type[];

const always =
  (...types: Type[]): TypeRule =>
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
    return type ? [dataTypeName(type)] : otherwise(operands);
  };
const named = (names: string, rule: TypeRule, domain = '') =>
  Object.fromEntries(words(names).map((name) => [domain + name, rule] as const));

const microsoft = 'com.microsoft:';
const ml = 'ai.onnx.ml:';

const ofTwo: TypeRule = ({ inputs }) => [inputs[0]?.type ?? inputs[1]?.type];

const rules: Readonly<Record<string, TypeRule>> = {
  // One type variable, T, in the specification.
  ...named(
    `Abs Acos Acosh Asin Asinh Atan Atanh AveragePool BitwiseNot Ceil Celu CenterCropPad
     Clip Col2Im Compress Conv ConvTranspose Cos Cosh CumProd CumSum DFT DeformConv DepthToSpace Det Elu
     Erf Exp Expand Flatten Floor GRU Gather GatherElements GatherND Gelu GlobalAveragePool GlobalLpPool
     GlobalMaxPool GridSample GroupNormalization HardSigmoid HardSwish Hardmax Identity
     InstanceNormalization LRN LSTM LeakyRelu Log LogSoftmax LpNormalization LpPool MaxRoiPool
     MaxUnpool MeanVarianceNormalization Mish Neg Pad RMSNormalization RNN Reciprocal ReduceL1
     ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum
     ReduceSumSquare Relu Reshape Resize ReverseSequence RoiAlign RotaryEmbedding Round STFT Scatter ScatterElements ScatterND Selu
     Shrink Sigmoid Sign SimplifiedLayerNormalization Sin Sinh Slice Softmax SoftmaxCrossEntropyLoss Softplus
     Softsign SpaceToDepth Split Sqrt Squeeze Swish Tan Tanh TensorScatter ThresholdedRelu Tile
     Transpose Trilu Unsqueeze Upsample AffineGrid NegativeLogLikelihoodLoss`,
    like(0),
  ),
  ...named(
    `Add BitShift BitwiseAnd BitwiseOr BitwiseXor Concat Div Einsum Gemm MatMul Max Mean Min Mod
     Mul PRelu Range Sub Sum`,
    ofTwo,
  ),
  Pow: like(0),
  ...named(
    'And Equal Greater GreaterOrEqual IsInf IsNaN Less LessOrEqual Not Or Xor RegexFullMatch OptionalHasElement',
    always('bool'),
  ),
  ...named('ArgMax ArgMin NonMaxSuppression NonZero Shape Size SequenceLength', always('int64')),
  ...named('StringConcat StringNormalizer', always('string')),
  StringSplit: always('string', 'int64'),
  TfIdfVectorizer: always('float32'),
  ImageDecoder: always('uint8'),
  Attention: ({ inputs }) => [inputs[0]?.type, inputs[1]?.type, inputs[2]?.type, inputs[0]?.type],
  BatchNormalization: ({ inputs }) => [0, 3, 4, 3, 4].map((at) => inputs[at]?.type),
  ...named('Cast BitCast', said('to', always())),
  CastLike: like(1),
  Constant: ({ node }) => [constantType(node)],
  ConstantOfShape: ({ node }) => [
    dataTypeName(tensorAttribute(node, 'value')?.dataType) ?? 'float32',
  ],
  ...named('ConvInteger MatMulInteger', always('int32')),
  DequantizeLinear: said('output_dtype', like(1)),
  QuantizeLinear: said('output_dtype', ({ node, inputs }) => [
    node.input[2] ? inputs[2]?.type : 'uint8',
  ]),
  DynamicQuantizeLinear: always('uint8', 'float32', 'uint8'),
  ...named('QLinearConv QLinearMatMul', like(7)),
  Dropout: ({ inputs, opset }) => [inputs[0]?.type, opset < 10 ? inputs[0]?.type : 'bool'],
  EyeLike: said('dtype', like(0)),
  LayerNormalization: ({ inputs, node }) => {
    const statistics = dataTypeName(intAttribute(node, 'stash_type', 1));
    return [inputs[0]?.type, statistics, statistics];
  },
  MaxPool: ({ inputs }) => [inputs[0]?.type, 'int64'],
  ...named('TopK', ({ inputs }) => [inputs[0]?.type, 'int64']),
  Unique: ({ inputs }) => [inputs[0]?.type, 'int64', 'int64', 'int64'],
  OneHot: like(2),
  Where: ({ inputs }) => [inputs[1]?.type ?? inputs[2]?.type],
  ...named('RandomNormal RandomUniform', said('dtype', always('float32'))),
  ...named('RandomNormalLike RandomUniformLike Bernoulli', said('dtype', like(0))),
  Multinomial: said('dtype', always('int32')),
  ...named(
    'BlackmanWindow HammingWindow HannWindow MelWeightMatrix',
    said('output_datatype', always('float32')),
  ),
  ...named('Adagrad Adam Momentum', like(2), 'ai.onnx.preview.training:'),

  ...named(
    `Attention BiasAdd BiasGelu BiasSoftmax FastGelu FusedConv FusedGemm FusedMatMul Gelu GroupNorm
     GroupQueryAttention Inverse MatMulBnb4 MatMulNBits MultiHeadAttention QLinearAveragePool
     QLinearGlobalAveragePool QLinearLeakyRelu QLinearSigmoid QuickGelu RotaryEmbedding
     SkipLayerNormalization SkipSimplifiedLayerNormalization Trilu QLinearAdd QLinearMul DynamicQuantizeMatMul`,
    like(0),
    microsoft,
  ),
  ...named('QLinearConcat', like(1), microsoft),
  ...named('QLinearSoftmax', like(4), microsoft),
  ...named('DequantizeLinear', like(1), microsoft),
  ...named(
    'QuantizeLinear',
    ({ node, inputs }) => [node.input[2] ? inputs[2]?.type : 'uint8'],
    microsoft,
  ),
  ...named('GatherBlockQuantized', like(2), microsoft),
  ...named('QLinearWhere', like(1), microsoft),
  ...named('MatMulIntegerToFloat', like(2), microsoft),
  ...named('MatMulInteger16', always('int32'), microsoft),
  ...named('QGemm', ({ node, inputs }) => [node.input[8] ? inputs[8]?.type : 'float32'], microsoft),
  ...named('EmbedLayerNormalization', ({ inputs }) => [inputs[2]?.type, 'int32'], microsoft),

  ...named('ArrayFeatureExtractor Binarizer Imputer TreeEnsemble', like(0), ml),
  ...named(
    'FeatureVectorizer LinearRegressor Normalizer OneHotEncoder SVMRegressor Scaler TreeEnsembleRegressor',
    always('float32'),
    ml,
  ),
  ...named('LinearClassifier SVMClassifier TreeEnsembleClassifier', classifierTypes, ml),
  ...named('LabelEncoder', labelEncoderType, ml),
  ...named(
    'CategoryMapper',
    ({ inputs }) => [inputs[0]?.type && (inputs[0].type === 'string' ? 'int64' : 'string')],
    ml,
  ),
};

/** Types of a node's outputs by position; `undefined` where the specification is not known here. */
export function outputTypes(operands: Operands): readonly Type[] {
  const name = operatorName(operands.node);
  return Object.hasOwn(rules, name) ? rules[name]!(operands) : [];
}

/** Whether an operator's types are known here at all. */
export const isTyped = (operator: string): boolean => Object.hasOwn(rules, operator);

function constantType(node: Operands['node']): Type {
  const tensor = tensorAttribute(node, 'value');
  if (tensor) return dataTypeName(tensor.dataType);
  if (attribute(node, 'value_float') || attribute(node, 'value_floats')) return 'float32';
  if (attribute(node, 'value_int') || attribute(node, 'value_ints')) return 'int64';
  return attribute(node, 'value_string') || attribute(node, 'value_strings') ? 'string' : undefined;
}

function classifierTypes({ node }: Operands): readonly Type[] {
  return [attribute(node, 'classlabels_strings')?.strings.length ? 'string' : 'int64', 'float32'];
}

/** LabelEncoder-2: the list of values says the type; before, strings became numbers and back. */
function labelEncoderType({ node, inputs, opset }: Operands): readonly Type[] {
  if (opset < 2) return [inputs[0]?.type === 'string' ? 'int64' : 'string'];
  const tensor = tensorAttribute(node, 'values_tensor');
  if (tensor) return [dataTypeName(tensor.dataType)];
  if (attribute(node, 'values_strings')) return ['string'];
  if (attribute(node, 'values_int64s')) return ['int64'];
  return [attribute(node, 'values_floats') ? 'float32' : undefined];
}
