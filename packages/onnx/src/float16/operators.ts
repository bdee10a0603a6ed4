/**
 * Which operators the fp16 pass converts, and which of their inputs and outputs share the float
 * type variable T in the ONNX specification. What is not here stays float32.
 */
export interface Float16Operator {
  /** Positions of the inputs of type T; `all` also covers variadic inputs. */
  readonly inputs: 'all' | readonly number[];
  /** Positions of the outputs of type T. */
  readonly outputs: 'all' | readonly number[];
  /**
   * Worth a conversion of its own, because it holds weights. Others follow: they are converted when
   * their data is half precision already, so that no cast is added for them.
   */
  readonly leads: boolean;
}

const leads: Float16Operator = { inputs: 'all', outputs: 'all', leads: true };
const follows: Float16Operator = { inputs: 'all', outputs: 'all', leads: false };
const first: Float16Operator = { inputs: [0], outputs: 'all', leads: false };
const firstOfTwo: Float16Operator = { inputs: [0], outputs: [0], leads: false };

const each = (names: readonly string[], operator: Float16Operator) =>
  names.map((name) => [name, operator] as const);

const operators: Readonly<Record<string, Float16Operator>> = Object.fromEntries([
  ...each(['Conv', 'ConvTranspose', 'Gemm', 'MatMul'], leads),
  ...each(
    ['Abs', 'Add', 'Celu', 'Clip', 'Concat', 'Elu', 'Erf', 'Gelu', 'HardSigmoid', 'HardSwish'],
    follows,
  ),
  ...each(
    ['Identity', 'LeakyRelu', 'Max', 'Min', 'Mul', 'Neg', 'PRelu', 'Relu', 'Selu', 'Sigmoid'],
    follows,
  ),
  ...each(
    ['AveragePool', 'GlobalAveragePool', 'GlobalMaxPool', 'Softmax', 'Sub', 'Sum', 'Tanh'],
    follows,
  ),
  ...each(
    ['DepthToSpace', 'Expand', 'Flatten', 'Gather', 'GatherElements', 'GatherND', 'ReduceMax'],
    first,
  ),
  ...each(
    ['ReduceMin', 'Reshape', 'Resize', 'Slice', 'SpaceToDepth', 'Split', 'Squeeze', 'Tile'],
    first,
  ),
  ...each(['Transpose', 'Trilu', 'Unsqueeze', 'Upsample'], first),
  ...each(['Dropout', 'MaxPool'], firstOfTwo),
  ...each(['Shape', 'Size'], { inputs: [0], outputs: [], leads: false }),
  ['Div', follows],
  ['Pad', { inputs: [0, 2], outputs: 'all', leads: false }],
  ['ScatterND', { inputs: [0, 2], outputs: 'all', leads: false }],
  ['ScatterElements', { inputs: [0, 2], outputs: 'all', leads: false }],
  ['Where', { inputs: [1, 2], outputs: 'all', leads: false }],
  ['BatchNormalization', { inputs: 'all', outputs: [0], leads: false }],
] as const);

/** Why an operator that works on floats stays in float32; others have a general reason. */
const reasons: Readonly<Record<string, string>> = {
  Cast: 'a cast says its own type: what goes in and out keeps it',
  Exp: 'its result leaves half precision above e^11',
  Log: 'its argument may be below what half precision holds',
  Pow: 'powers leave the range of half precision',
  Sqrt: 'its argument may be below what half precision holds',
  Reciprocal: 'the inverse of a small number leaves the range of half precision',
  GRU: 'rounding would add up over the steps',
  LSTM: 'rounding would add up over the steps',
  RNN: 'rounding would add up over the steps',
  If: 'its branches are converted inside; what crosses its border stays float32',
  Loop: 'its body is converted inside; what crosses its border stays float32',
  Scan: 'its body is converted inside; what crosses its border stays float32',
  ...Object.fromEntries(
    [
      ...[
        'CumSum',
        'InstanceNormalization',
        'LayerNormalization',
        'ReduceL1',
        'ReduceL2',
        'ReduceLogSum',
      ],
      ...[
        'ReduceLogSumExp',
        'ReduceMean',
        'ReduceProd',
        'ReduceSum',
        'ReduceSumSquare',
        'GroupNormalization',
      ],
      ...['LpNormalization', 'MeanVarianceNormalization', 'LRN', 'RMSNormalization'],
    ].map((name) => [name, 'it adds up many values, which may leave the range of half precision']),
  ),
};

export const float16Operator = (op: string): Float16Operator | undefined =>
  Object.hasOwn(operators, op) ? operators[op] : undefined;

export const whyFloat32 = (op: string): string =>
  Object.hasOwn(reasons, op) ? reasons[op]! : 'this pass does not know it';

/** Whether a position belongs to a list of them. */
export const covers = (positions: 'all' | readonly number[], at: number): boolean =>
  positions === 'all' || positions.includes(at);
