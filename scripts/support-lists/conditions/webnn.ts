/** Read out of the comments in ONNX Runtime Web's docs/webnn-operators.md. */
import type { Condition } from '@selvedge/onnx';
import type { ReadNotes } from '../notes.ts';

const rank = (of: number, ...sizes: number[]): Condition => ({ rank: of, is: { in: sizes } });
const constant = (of: number): Condition => ({ constant: of });
const oneOutput: Condition = { outputCount: { max: 1 } };
const kernel2d: Condition = { attrLength: 'kernel_shape', is: { in: [2] } };
const axesConstant = [constant(1)];
const recurrent: readonly Condition[] = [
  { attr: 'layout', is: { in: [0] } },
  { not: { hasAttr: 'clip' } },
  { attr: 'activations', is: { in: ['Relu', 'Tanh', 'Sigmoid'] } },
  constant(4),
];

export const webnn: ReadNotes = {
  AveragePool: ['8b7e304c', [rank(0, 4), kernel2d]],
  BatchNormalization: ['bd45ede0', [{ attr: 'training_mode', is: { in: [0] } }, oneOutput]],
  Conv: ['96783c56', [rank(0, 3, 4), rank(1, 3, 4)]],
  ConvInteger: ['96783c56', [rank(0, 3, 4), rank(1, 3, 4)]],
  ConvTranspose: ['96783c56', [rank(0, 3, 4), rank(1, 3, 4)]],
  CumSum: ['da4512f1', [constant(1)]],
  Dropout: ['b09eed2b', [{ any: [{ absent: 2 }, { value: 2, is: { in: [0] } }] }]],
  Expand: ['ab4fd5e6', [constant(1)]],
  'com.microsoft:GatherBlockQuantized': ['305c08fb', [constant(0), constant(3)]],
  GatherND: ['4fd20741', [{ attr: 'batch_dims', is: { in: [0] } }]],
  GlobalAveragePool: ['e29f64ec', [rank(0, 4)]],
  GlobalMaxPool: ['e29f64ec', [rank(0, 4)]],
  GlobalLpPool: ['7146a8fe', [rank(0, 4), { attr: 'p', is: { in: [2] }, otherwise: 2 }]],
  'com.microsoft:GroupQueryAttention': ['99b7b6de', [constant(6)]],
  GRU: ['2e2dfeea', recurrent],
  LSTM: ['e407154a', [...recurrent, { attr: 'input_forget', is: { in: [0] } }]],
  LpPool: ['acf1257e', [rank(0, 4), kernel2d, { attr: 'p', is: { in: [2] }, otherwise: 2 }]],
  'com.microsoft:MatMulNBits': [
    '1f14db41',
    [constant(1), constant(3), { absent: 4 }, { attr: 'bits', is: { in: [4, 8] }, otherwise: 4 }],
  ],
  MaxPool: [
    'e0a4917a',
    [rank(0, 4), kernel2d, { attr: 'storage_order', is: { not: [1] } }, oneOutput],
  ],
  'com.microsoft:MultiHeadAttention': [
    '4982c899',
    [{ absent: 3 }, { absent: 4 }, { absent: 8 }, { absent: 9 }, { outputCount: { max: 3 } }],
  ],
  Pad: ['416a5397', [{ attr: 'mode', is: { not: ['wrap'] } }]],
  ...Object.fromEntries(
    'L1 L2 LogSum LogSumExp Max Mean Min Prod Sum SumSquare'
      .split(' ')
      .map((name) => [`Reduce${name}`, ['4107b04a', axesConstant]]),
  ),
  Reshape: ['ea667cc9', [constant(1), { value: 1, is: { not: [0] } }]],
  Resize: [
    '369148c6',
    [
      rank(0, 4),
      { attr: 'antialias', is: { in: [0] } },
      { attr: 'exclude_outside', is: { in: [0] } },
      { attr: 'keep_aspect_ratio_policy', is: { in: ['stretch'] } },
      { attr: 'mode', is: { in: ['linear', 'nearest'] }, otherwise: 'nearest' },
      constant(2),
      constant(3),
    ],
  ],
  ScatterElements: ['e226ac87', [{ attr: 'reduction', is: { in: ['none'] } }]],
  ScatterND: ['e226ac87', [{ attr: 'reduction', is: { in: ['none'] } }]],
  Slice: ['4de86619', [constant(1), constant(2), constant(3), constant(4)]],
  Split: ['e517df39', [constant(1)]],
  Squeeze: ['4107b04a', [constant(1)]],
  Tile: ['921b0172', [constant(1)]],
  Trilu: ['d2a80848', [constant(1)]],
};
