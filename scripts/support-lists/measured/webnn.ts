/** ONNX Runtime Web 1.30 with WebNN in Chromium 153. */
import type { Condition } from '@selvedge/onnx';
import { sortTypes } from '../types.ts';
import type { Correction } from './correction.ts';

const castable = sortTypes([
  ...([
    'float32',
    'float16',
    'int8',
    'uint8',
    'int32',
    'uint32',
    'int64',
    'uint64',
    'bool',
  ] as const),
]);
const axes: readonly Condition[] = [{ any: [{ constant: 1 }, { elements: 1, is: { max: 0 } }] }];
const one: readonly Condition[] = [{ outputCount: { max: 1 } }];

const reductions = 'L1 L2 LogSum LogSumExp Max Mean Min Prod Sum SumSquare'.split(' ').map(
  (name): Correction => ({
    op: `Reduce${name}`,
    evidence: 'measured: test_reduce_sum_default_axes_keepdims_example',
    instead: axes,
  }),
);

export const webnn: readonly Correction[] = [
  ...reductions,
  {
    op: 'CastLike',
    evidence: 'measured: test_castlike_FLOAT16_to_FLOAT',
    add: { inputs: [castable, null], outputs: [castable] },
  },
  {
    op: 'NegativeLogLikelihoodLoss',
    evidence: 'measured: test_nllloss_NCd1; its function slices in rank 5 at most',
    add: { where: [{ rank: 0, is: { max: 5 } }] },
  },
  { op: 'Mish', evidence: 'measured: test_mish', add: {} },
  {
    op: 'Reshape',
    evidence: 'measured: gtcrn, test_attention_3d_causal_expanded',
    instead: [{ constant: 1 }],
  },
  { op: 'LayerNormalization', evidence: 'measured: test_layer_normalization_2d_axis0', where: one },
  {
    op: 'Pow',
    evidence: 'measured: test_pow_types_float32_int32',
    where: [
      {
        any: [
          { type: 'inputs', in: ['float32'] },
          { type: 'inputs', in: ['float16'] },
          { type: 'inputs', in: ['int32'] },
        ],
      },
    ],
  },
  {
    op: 'Pad',
    evidence: 'measured: test_constant_pad',
    where: [{ constant: 1 }, { constant: 2 }, { constant: 3 }],
  },
  { op: 'Unsqueeze', evidence: 'measured: test_unsqueeze_axis_2', where: [{ constant: 1 }] },
  {
    op: 'RotaryEmbedding',
    evidence: 'measured: test_rotary_embedding_no_position_ids_interleaved',
    where: [{ given: 3 }],
  },
  {
    op: 'Clip',
    evidence: 'measured: test_clip_example',
    where: [{ constant: 1 }, { constant: 2 }],
  },
  { op: 'Not', evidence: 'measured: test_not_2d', since: 1 },
];
