/** Read out of the operator builders of onnxruntime-qnn (core/providers/qnn/builder/opbuilder). */
import type { Condition } from '@selvedge/onnx';

const constants = (...inputs: number[]): Condition[] => inputs.map((constant) => ({ constant }));
const convolution: Condition[] = [{ rank: 0, is: { in: [3, 4, 5] } }];
const pooling: Condition[] = [{ rank: 0, is: { in: [3, 4, 5] } }];
const reduction = constants(1);

export const qnn: Readonly<Record<string, readonly Condition[]>> = {
  AveragePool: pooling,
  BatchNormalization: [...constants(1, 2, 3, 4), { rank: 0, is: { max: 4 } }],
  Clip: constants(1, 2),
  Conv: convolution,
  ConvTranspose: [...convolution, { not: { hasAttr: 'output_shape' } }],
  CumSum: constants(1),
  DepthToSpace: [{ rank: 0, is: { in: [4] } }],
  Expand: constants(1),
  GridSample: [{ rank: 0, is: { in: [4, 5] } }],
  GlobalAveragePool: pooling,
  GlobalMaxPool: pooling,
  InstanceNormalization: [{ rank: 0, is: { in: [3, 4] } }],
  LayerNormalization: [
    { attr: 'axis', is: { in: [-1] }, otherwise: -1 },
    { outputCount: { max: 1 } },
  ],
  LSTM: [{ attr: 'layout', is: { in: [0] } }, { not: { hasAttr: 'clip' } }],
  MaxPool: [...pooling, { outputCount: { max: 1 } }],
  'com.microsoft:MatMulNBits': [...constants(1, 2, 3), { absent: 4 }],
  Pad: [...constants(1, 2), { attr: 'mode', is: { not: ['wrap'] } }],
  ReduceMax: reduction,
  ReduceMean: reduction,
  ReduceMin: reduction,
  ReduceProd: reduction,
  ReduceSum: reduction,
  Reshape: constants(1),
  Resize: [
    { rank: 0, is: { min: 3, max: 5 } },
    { attr: 'mode', is: { in: ['nearest', 'linear'] } },
    { attr: 'antialias', is: { in: [0] } },
    { attr: 'exclude_outside', is: { in: [0] } },
    { attr: 'keep_aspect_ratio_policy', is: { in: ['stretch'] } },
  ],
  ScatterElements: [{ attr: 'reduction', is: { in: ['none', 'add', 'mul', 'max'] } }],
  ScatterND: [{ attr: 'reduction', is: { in: ['none', 'add', 'mul'] } }],
  Slice: constants(1, 2, 3, 4),
  SpaceToDepth: [{ rank: 0, is: { in: [4] } }],
  Split: constants(1),
  Squeeze: constants(1),
  Tile: constants(1),
  TopK: [...constants(1), { attr: 'largest', is: { in: [1] } }],
  Unsqueeze: constants(1),
  Upsample: constants(1),
};
