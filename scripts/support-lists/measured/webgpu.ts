/** ONNX Runtime 1.30 with WebGPU: what has come since the sources that the list was read from. */
import { sortTypes } from '../types.ts';
import type { Correction } from './correction.ts';

const floats = sortTypes(['float32', 'float16']);
const numbers = sortTypes(['float32', 'float16', 'int32', 'uint32']);
const anything = sortTypes(['float32', 'float16', 'int32', 'uint32', 'bool']);
const castTo = sortTypes(['float32', 'float16', 'int32', 'uint32', 'int64', 'uint8', 'bool']);

export const webgpu: readonly Correction[] = [
  {
    op: 'CastLike',
    evidence: 'measured: test_castlike_FLOAT16_to_FLOAT',
    add: { inputs: [anything, null], outputs: [castTo] },
  },
  { op: 'PRelu', evidence: 'measured: gtcrn, test_prelu_example', add: { inputs: [floats] } },
  {
    op: 'GRU',
    evidence: 'measured: gtcrn, test_gru_defaults',
    add: { until: 21, inputs: [floats, floats, floats, floats, null] },
  },
  { op: 'Max', evidence: 'measured: magika-v3.3', add: { inputs: [numbers] } },
  {
    op: 'Min',
    evidence: 'measured: test_dynamicquantizelinear_expanded',
    add: { inputs: [numbers] },
  },
  { op: 'DFT', evidence: 'measured: test_dft_axis', add: { inputs: [floats, null] } },
  {
    op: 'Range',
    evidence: 'measured: test_range_float_type_positive_delta',
    add: { inputs: [numbers] },
  },
  { op: 'Mish', evidence: 'measured: test_mish', add: { inputs: [floats] } },
  {
    op: 'AveragePool',
    evidence: 'measured: test_averagepool_2d_ceil',
    add: { since: 22, inputs: [floats] },
  },
  {
    op: 'Cast',
    evidence: 'measured: test_cast_FLOAT_to_FLOAT16',
    add: { since: 25, inputs: [anything], outputs: [castTo] },
  },
  { op: 'Cast', evidence: 'measured: test_dynamicquantizelinear_expanded', outputs: [castTo] },
  {
    op: 'CumSum',
    evidence: 'measured: test_cumsum_1d_int32_exclusive',
    inputs: [numbers, null],
    outputs: [numbers],
  },
];
