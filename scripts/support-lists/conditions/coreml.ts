/** Read out of the notes in coreml_supported_mlprogram_ops.md and of the builders it points to. */
import type { Condition } from '@selvedge/onnx';
import type { ReadNotes } from '../notes.ts';

const rank = (of: number, ...sizes: number[]): Condition => ({ rank: of, is: { in: sizes } });
const constant = (of: number): Condition => ({ constant: of });

/** Operators that take other types than floats. */
export const withoutFloat: ReadonlySet<string> = new Set(
  'And ArgMax Cast Concat Gather GatherND Identity Reshape Shape Slice Split Squeeze Tile Transpose Unsqueeze Where'.split(
    ' ',
  ),
);

export const coreml: ReadNotes = {
  And: ['f2226dca', [{ type: 'inputs', in: ['bool'] }]],
  AveragePool: ['0b29988b', [rank(0, 4)]],
  Conv: ['443aafb5', [rank(0, 3, 4), constant(2)]],
  ConvTranspose: [
    'e4a6aa5f',
    [
      constant(1),
      constant(2),
      { attr: 'auto_pad', is: { in: ['NOTSET', 'VALID'] } },
      { not: { hasAttr: 'output_shape' } },
      { attr: 'output_padding', is: { in: [0] } },
    ],
  ],
  DepthToSpace: [
    'c2bfc5c4',
    [{ any: [{ attr: 'mode', is: { in: ['DCR'] }, otherwise: 'DCR' }, { fixed: 0 }] }],
  ],
  GatherND: ['75f50324', [{ attr: 'batch_dims', is: { in: [0] } }]],
  Gemm: ['7c7480ab', [constant(1)]],
  GlobalAveragePool: ['0b29988b', [rank(0, 4)]],
  GlobalMaxPool: ['0b29988b', [rank(0, 4)]],
  GridSample: [
    '64dc591a',
    [
      rank(0, 4),
      { attr: 'mode', is: { in: ['linear', 'bilinear', 'zeros'] } },
      {
        not: {
          all: [
            { attr: 'padding_mode', is: { in: ['reflection'] }, otherwise: 'zeros' },
            { attr: 'align_corners', is: { in: [0] }, otherwise: 0 },
          ],
        },
      },
    ],
  ],
  MatMul: ['69fff9e4', []],
  MaxPool: ['0b29988b', [rank(0, 4), { outputCount: { max: 1 } }]],
  Pow: ['9cc770f4', [{ type: 'inputs', in: ['float32'] }]],
  Reciprocal: ['c2fcaf36', []],
  Resize: [
    'f14cb5bd',
    [
      rank(0, 3, 4, 5),
      { attr: 'mode', is: { in: ['nearest', 'linear'] }, otherwise: 'nearest' },
      { attr: 'exclude_outside', is: { in: [0] } },
      { attr: 'keep_aspect_ratio_policy', is: { in: ['stretch'] } },
      {
        attr: 'coordinate_transformation_mode',
        is: { in: ['half_pixel', 'align_corners', 'asymmetric', 'half_pixel_symmetric'] },
      },
      constant(2),
      constant(3),
    ],
  ],
  Slice: ['1643eae1', [constant(1), constant(2), constant(3), constant(4)]],
  Split: ['76d53cec', [constant(1)]],
  Tile: ['18149b4a', [{ rank: 0, is: { max: 5 } }]],
  Where: ['3700afbd', [{ type: 1, in: ['float32', 'float16'] }]],
  'com.microsoft:QuickGelu': ['8e09a0ca', []],
  'com.microsoft:FusedConv': [
    '5541af77',
    [
      {
        attr: 'activation',
        is: { in: ['Relu', 'Sigmoid', 'Tanh', 'LeakyRelu', 'Clip', 'HardSigmoid'] },
      },
    ],
  ],
};
