/** What the operators of TensorFlow Lite are in ONNX, in the form that converters turn into them. */
import type { Condition } from '@selvedge/onnx';

const image: Condition = { rank: 0, is: { in: [4] } };
const weights: Condition = { constant: 1 };
const matrix: Condition = { rank: 1, is: { in: [2] } };
const unit: Condition = { value: 4, is: { in: [1] } };

/** One ONNX operator that becomes a TFLite operator. */
export interface Counterpart {
  readonly op: string;
  readonly where?: readonly Condition[];
}

/** By the TFLite operator's name in lower case, without underscores. */
export const onnxOf: Readonly<Record<string, readonly Counterpart[]>> = {
  abs: [{ op: 'Abs' }],
  add: [{ op: 'Add' }],
  argmax: [{ op: 'ArgMax' }],
  averagepool2d: [
    { op: 'AveragePool', where: [image, { attr: 'ceil_mode', is: { in: [0] } }] },
    { op: 'GlobalAveragePool', where: [image] },
  ],
  concatenation: [{ op: 'Concat' }],
  conv2d: [{ op: 'Conv', where: [image, weights] }],
  depthwiseconv2d: [
    { op: 'Conv', where: [image, weights, { attr: 'group', is: { min: 2 }, otherwise: 1 }] },
  ],
  exp: [{ op: 'Exp' }],
  expanddims: [{ op: 'Unsqueeze', where: [{ constant: 1 }] }],
  fullyconnected: [
    { op: 'Gemm', where: [weights, { attr: 'transA', is: { in: [0] } }] },
    { op: 'MatMul', where: [weights, matrix] },
  ],
  hardswish: [{ op: 'HardSwish' }],
  l2normalization: [{ op: 'LpNormalization', where: [{ attr: 'p', is: { in: [2] } }] }],
  leakyrelu: [{ op: 'LeakyRelu' }],
  logistic: [{ op: 'Sigmoid' }],
  maxpool2d: [
    {
      op: 'MaxPool',
      where: [image, { attr: 'ceil_mode', is: { in: [0] } }, { outputCount: { max: 1 } }],
    },
    { op: 'GlobalMaxPool', where: [image] },
  ],
  maximum: [{ op: 'Max', where: [{ inputCount: { max: 2 } }] }],
  mean: [{ op: 'ReduceMean', where: [{ constant: 1 }] }, { op: 'GlobalAveragePool' }],
  minimum: [{ op: 'Min', where: [{ inputCount: { max: 2 } }] }],
  mul: [{ op: 'Mul' }],
  pad: [{ op: 'Pad', where: [{ constant: 1 }, { attr: 'mode', is: { in: ['constant'] } }] }],
  prelu: [{ op: 'PRelu', where: [weights] }],
  quantize: [{ op: 'QuantizeLinear' }, { op: 'DequantizeLinear' }],
  relu: [{ op: 'Relu' }],
  relu6: [
    {
      op: 'Clip',
      where: [
        { value: 1, is: { in: [0] } },
        { value: 2, is: { in: [6] } },
      ],
    },
  ],
  relun1to1: [
    {
      op: 'Clip',
      where: [
        { value: 1, is: { in: [-1] } },
        { value: 2, is: { in: [1] } },
      ],
    },
  ],
  reshape: [
    { op: 'Reshape', where: [{ constant: 1 }] },
    { op: 'Flatten' },
    { op: 'Identity' },
    { op: 'Unsqueeze', where: [{ constant: 1 }] },
  ],
  resizebilinear: [
    {
      op: 'Resize',
      where: [image, { attr: 'mode', is: { in: ['linear'] }, otherwise: 'nearest' }],
    },
  ],
  resizenearestneighbor: [
    { op: 'Resize', where: [image, { attr: 'mode', is: { in: ['nearest'] } }] },
  ],
  rsqrt: [],
  shape: [{ op: 'Shape' }],
  slice: [{ op: 'Slice', where: [unit] }],
  softmax: [{ op: 'Softmax' }],
  spacetodepth: [{ op: 'SpaceToDepth' }],
  split: [{ op: 'Split' }],
  splitv: [{ op: 'Split', where: [{ constant: 1 }] }],
  squareddifference: [],
  squeeze: [{ op: 'Squeeze', where: [{ constant: 1 }] }],
  stridedslice: [{ op: 'Slice', where: [unit] }],
  sub: [{ op: 'Sub' }],
  tanh: [{ op: 'Tanh' }],
  transpose: [{ op: 'Transpose' }],
  transposeconv: [{ op: 'ConvTranspose', where: [image, weights] }],
  // No one ONNX operator becomes these.
  pack: [],
  unpack: [],
  unidirectionalsequencelstm: [],
};
