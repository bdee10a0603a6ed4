/** Read out of the constraints that Vela reports; what only its own tensors have is left out. */
import type { Condition } from '@selvedge/onnx';
import type { ReadNotes } from '../notes.ts';

/** Operators that the rule of one sample does not hold for. */
export const withoutBatch: ReadonlySet<string> = new Set(
  'fullyconnected reshape shape slice softmax split splitv squeeze stridedslice unpack quantize'.split(
    ' ',
  ),
);

const strides: Condition = { attr: 'strides', is: { min: 1, max: 3 } };
const kernel = (max: number): Condition => ({ attr: 'kernel_shape', is: { min: 1, max } });
const convolution = [strides, kernel(64)];
const doubling: Condition = {
  any: [{ absent: 2 }, { not: { constant: 2 } }, { value: 2, is: { in: [1, 2, 4, 8] } }],
};

export const ethosU: ReadNotes = {
  generic: ['3b1132b3', []],
  abs: ['24658edf', []],
  add: ['f1da03a1', []],
  argmax: ['00a91c8a', [{ attr: 'axis', is: { in: [1] }, otherwise: 0 }]],
  averagepool2d: ['45a02abe', [strides, kernel(256)]],
  concatenation: ['012b413c', []],
  conv2d: ['358b9938', convolution],
  depthwiseconv2d: ['a6e04371', convolution],
  exp: ['b2d3554f', []],
  expanddims: ['fb5bba6c', []],
  fullyconnected: ['601cf2a3', [{ rank: { output: 0 }, is: { in: [2] } }]],
  hardswish: ['56c6c063', [{ type: 0, in: ['int8', 'uint8'] }]],
  leakyrelu: ['24658edf', []],
  maximum: ['5a570c02', []],
  maxpool2d: ['9458bc22', [strides, kernel(256)]],
  mean: ['eb3877ee', [{ rank: 0, is: { min: 2 } }]],
  minimum: ['5a570c02', []],
  mul: ['f1da03a1', []],
  pad: ['35bebec7', [{ rank: 0, is: { in: [3, 4] } }]],
  reshape: ['3c9ee303', []],
  resizebilinear: ['fd24845f', [doubling]],
  resizenearestneighbor: ['bcdea4db', [doubling]],
  rsqrt: ['ca7f5098', []],
  slice: ['a7505d93', [{ constant: 1 }, { constant: 2 }]],
  softmax: ['fc706d0d', []],
  split: ['0847e06a', []],
  splitv: ['77985658', []],
  squareddifference: ['cd6a4582', []],
  squeeze: ['fb5bba6c', []],
  stridedslice: ['0a54151a', [{ constant: 1 }, { constant: 2 }, { constant: 4 }]],
  sub: ['f1da03a1', []],
  transpose: ['d0f1714a', []],
  transposeconv: ['a7edac70', [kernel(64), { attr: 'strides', is: { in: [1, 2] } }]],
  unidirectionalsequencelstm: ['c0dcda06', []],
};
