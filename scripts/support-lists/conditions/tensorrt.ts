/** Read out of the restrictions in the operators.md of TensorRT's ONNX parser. */
import type { Condition } from '@selvedge/onnx';
import type { ReadNotes } from '../notes.ts';

const constant = (of: number): Condition => ({ constant: of });
const undilated: Condition = { attr: 'dilations', is: { in: [1] } };
const spatial: Condition = { rank: 0, is: { in: [4, 5] } };
const initializerAxes: ReadNotes = Object.fromEntries(
  'L1 L2 LogSum LogSumExp Max Mean Min Prod Sum SumSquare'
    .split(' ')
    .map((name) => [`Reduce${name}`, ['c8535336', [constant(1)]]]),
);
const seedless: ReadNotes = Object.fromEntries(
  'RandomNormal RandomNormalLike RandomUniform RandomUniformLike'
    .split(' ')
    .map((name) => [name, ['5c7c34bc', []]]),
);

export const tensorrt: ReadNotes = {
  ...initializerAxes,
  ...seedless,
  AveragePool: ['f40905b5', [spatial, undilated]],
  Constant: ['d236b408', []],
  CumSum: ['f136305c', [constant(1)]],
  DeformConv: ['fe7d88a0', [{ rank: 0, is: { in: [3, 4] } }]],
  DequantizeLinear: ['ab718176', [{ value: 2, is: { in: [0] } }]],
  Dropout: ['f1382f79', [{ value: 2, is: { in: [0] } }]],
  EyeLike: ['e02af7b1', [{ fixed: 0 }]],
  GridSample: ['c51c1312', [{ rank: 0, is: { in: [4] } }]],
  GRU: ['22957b1a', []],
  Hardmax: ['44b229d2', []],
  If: ['4c1ffce0', []],
  LayerNormalization: ['4bce9b03', [{ outputCount: { max: 1 } }]],
  Loop: ['a37b642b', []],
  LSTM: [
    '377785c4',
    [
      { attr: 'input_forget', is: { in: [0] } },
      { attr: 'layout', is: { in: [0] } },
    ],
  ],
  LpPool: ['deaa9366', [undilated]],
  MaxPool: ['ef9b10aa', [spatial, undilated, { outputCount: { max: 1 } }]],
  OneHot: ['3d81a664', [constant(1)]],
  Pad: ['c8535336', [constant(3)]],
  QuantizeLinear: ['d045e65e', [{ value: 2, is: { in: [0] } }]],
  Resize: [
    '42aafd9d',
    [
      {
        attr: 'coordinate_transformation_mode',
        is: {
          in: [
            'half_pixel',
            'pytorch_half_pixel',
            'tf_half_pixel_for_nn',
            'asymmetric',
            'align_corners',
          ],
        },
      },
      { attr: 'mode', is: { in: ['nearest', 'linear'] } },
    ],
  ],
  RNN: ['f7324bf7', []],
  ScatterND: ['de6bf15c', [{ attr: 'reduction', is: { in: ['none'] } }]],
  Slice: ['c8535336', [constant(3)]],
  Squeeze: ['c8535336', [constant(1)]],
  TopK: [
    '722b37df',
    [
      { attr: 'sorted', is: { in: [1] } },
      { value: 1, is: { max: 3839 } },
    ],
  ],
  Unsqueeze: ['ccb946e5', [constant(1)]],
};
