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

/** The builders as they were read. */
export const readBuilders: Readonly<Record<string, string>> = {
  'argmax_argmin_op_builder.cc': '3313cd28',
  'base_op_builder.cc': '8ae03d22',
  'base_op_builder.h': 'bafd9ee8',
  'batchnormalization_op_builder.cc': 'b7c63db9',
  'cast_op_builder.cc': 'b4d5ae9d',
  'clip_op_builder.cc': '6b6c38c0',
  'concat_op_builder.cc': '90a4ad50',
  'conv_op_builder.cc': 'd1566a0c',
  'cumsum_op_builder.cc': 'bed9d96e',
  'einsum_op_builder.cc': 'ace1a3e0',
  'expand_op_builder.cc': 'aa2e770a',
  'fusedmatmul_op_builder.cc': 'bfb502ab',
  'gather_op_builder.cc': '9a1b9975',
  'gathernd_op_builder.cc': 'de6d2873',
  'gemm_op_builder.cc': '843921ed',
  'groupnormalization_op_builder.cc': '1e94f5f0',
  'instancenormalization_op_builder.cc': 'c072fdf3',
  'inverse_op_builder.cc': 'fd92c95b',
  'isnan_op_builder.cc': 'd13a82c1',
  'layernormalization_op_builder.cc': 'a73f687e',
  'lrn_op_builder.cc': '2254dda0',
  'lstm_op_builder.cc': '80f01fc3',
  'matmul_op_builder.cc': '3220a1e1',
  'matmulnbits_op_builder.cc': '05a716f7',
  'mean_op_builder.cc': '5e9379a9',
  'mod_op_builder.cc': 'eb87df4c',
  'pad_op_builder.cc': 'f7a18084',
  'pool_op_builder.cc': '24545545',
  'quickgelu_op_builder.cc': 'f525a68f',
  'randomuniformlike_op_builder.cc': 'dcae0248',
  'reciprocal_op_builder.cc': '8c861228',
  'reduce_op_builder.cc': 'f6fd0db5',
  'reshape_op_builder.cc': '554e9ade',
  'resize_op_builder.cc': 'acf9b500',
  'rmsnormalization_op_builder.cc': 'c3fd873d',
  'roialign_op_builder.cc': '3791fe3f',
  'simple_op_builder.cc': '360655ae',
  'slice_op_builder.cc': '9833d680',
  'softmax_op_builder.cc': '7d508e96',
  'split_op_builder.cc': '3396d72f',
  'stft_op_builder.cc': 'ccd043b1',
  'tan_op_builder.cc': '00968615',
  'thresholdedrelu_op_builder.cc': 'c636e751',
  'tile_op_builder.cc': 'a95b55b3',
  'topk_op_builder.cc': '82734ae2',
  'transpose_op_builder.cc': 'e4f1153d',
  'upsample_op_builder.cc': '9ff8b7f4',
};
