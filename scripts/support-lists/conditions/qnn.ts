/**
 * What the operator builders of onnxruntime-qnn ask of a node on the HTP backend
 * (core/providers/qnn/builder/opbuilder at the commit of the list): what they tell in `IsOpSupported`
 * about ranks, attributes, constants and counts. What QNN's own validation refuses is not in them.
 */
import type { Condition } from '@selvedge/onnx';

const constants = (...inputs: number[]): Condition[] => inputs.map((constant) => ({ constant }));
const convolution: Condition[] = [{ rank: 0, is: { in: [3, 4, 5] } }];
const pooling: Condition[] = [
  { rank: 0, is: { in: [3, 4, 5] } },
  { attr: 'dilations', is: { in: [1] } },
];
/** PoolMax3d is not for the NPU. */
const maxPooling: Condition[] = [...pooling, { rank: 0, is: { in: [3, 4] } }];
const two: Condition[] = [{ inputCount: { min: 2, max: 2 } }];
const reduction = constants(1);

/** Builders that refuse the HTP backend: MatMulNBits is for the GPU alone. */
export const notOnHtp: ReadonlySet<string> = new Set(['MatMulNBits', 'ReduceProd']);

export const qnn: Readonly<Record<string, readonly Condition[]>> = {
  AveragePool: pooling,
  BatchNormalization: [...constants(1, 2, 3, 4), { rank: 0, is: { max: 4 } }],
  Clip: constants(1, 2),
  Conv: convolution,
  ConvTranspose: [...convolution, { not: { hasAttr: 'output_shape' } }],
  CumSum: [
    ...constants(1),
    { attr: 'exclusive', is: { in: [0] } },
    { attr: 'reverse', is: { in: [0] } },
  ],
  DepthToSpace: [{ rank: 0, is: { in: [4] } }],
  Expand: constants(1),
  GridSample: [{ rank: 0, is: { in: [4, 5] } }],
  GlobalAveragePool: pooling,
  GlobalMaxPool: maxPooling,
  InstanceNormalization: [{ rank: 0, is: { in: [3, 4] } }],
  LayerNormalization: [
    { attr: 'axis', is: { in: [-1] }, otherwise: -1 },
    { outputCount: { max: 1 } },
  ],
  LpNormalization: [{ attr: 'p', is: { in: [2] } }],
  LSTM: [{ attr: 'layout', is: { in: [0] } }, { not: { hasAttr: 'clip' } }],
  Max: two,
  MaxPool: [...maxPooling, { outputCount: { max: 1 } }],
  Min: two,
  Pad: [...constants(1, 2), { inputCount: { max: 3 } }, { attr: 'mode', is: { not: ['wrap'] } }],
  ReduceMax: reduction,
  ReduceMean: reduction,
  ReduceMin: reduction,
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
  Sum: two,
  Squeeze: constants(1),
  Tile: constants(1),
  TopK: [...constants(1), { attr: 'largest', is: { in: [1] } }],
  Unsqueeze: constants(1),
  Upsample: constants(1),
};
