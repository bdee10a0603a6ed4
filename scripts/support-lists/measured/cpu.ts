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
  ...['GRU', 'LSTM', 'RNN'].map(
    (op): Correction => ({
      op,
      evidence: 'measured: test_gru_batchwise',
      where: [{ attr: 'layout', is: { in: [0] } }],
    }),
  ),
  {
    op: 'Cos',
    evidence: 'measured: test_cos with float64, which 1.30 added',
    add: { since: 7, inputs: [sortTypes(['float64'])], outputs: [sortTypes(['float64'])] },
  },
];
