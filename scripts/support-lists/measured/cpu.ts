/** ONNX Runtime 1.30 on the CPU. */
import { sortTypes } from '../types.ts';
import type { Correction } from './correction.ts';

const castable = sortTypes([
  ...(['float32', 'float64', 'float16', 'bfloat16', 'bool', 'string'] as const),
  ...(['int8', 'int16', 'int32', 'int64', 'uint8', 'uint16', 'uint32', 'uint64'] as const),
  ...(['int4', 'uint4', 'int2', 'uint2'] as const),
  ...(['float8e4m3fn', 'float8e4m3fnuz', 'float8e5m2', 'float8e5m2fnuz'] as const),
]);

export const cpu: readonly Correction[] = [
  {
    op: 'CastLike',
    evidence: 'measured: test_castlike_FLOAT_to_FLOAT4E2M1',
    inputs: [castable],
    outputs: [castable],
  },
  // The table of kernels has no row for it.
  {
    op: 'NonMaxSuppression',
    evidence: 'measured: test_nonmaxsuppression_identical_boxes',
    add: {
      inputs: [['float32', 'float16'], ['float32', 'float16'], ['int64'], ['float32', 'float16']],
    },
  },
  // Its function is made of RandomUniformLike, which the kernel takes only up to there.
  { op: 'Bernoulli', evidence: 'measured: test_bernoulli_seed', until: 21 },
  ...['GRU', 'LSTM', 'RNN'].map(
    (op): Correction => ({
      op,
      evidence: 'measured: test_gru_batchwise',
      where: [{ attr: 'layout', is: { in: [0] } }],
    }),
  ),
  {
    op: 'Attention',
    evidence: 'measured: test_attention_3d as opset 25, as its function',
    add: { since: 25 },
  },
  // ONNX Runtime has had it since before ONNX: its own version 1 stands in the default domain.
  {
    op: 'LayerNormalization',
    evidence: 'measured: test_layer_normalization_2d_axis0 as opset 7',
    since: 1,
  },
];
