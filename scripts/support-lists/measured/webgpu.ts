/** ONNX Runtime 1.30 with WebGPU: what has come since the sources that the list was read from. */
import { sortTypes } from '../types.ts';
import type { Correction } from './correction.ts';

const floats = sortTypes(['float32', 'float16']);
const numbers = sortTypes(['float32', 'float16', 'int32', 'uint32']);
const single = sortTypes(['float32']);
const castFrom = sortTypes(['float32', 'float16', 'int32', 'uint32', 'uint8', 'bool']);
const castTo = sortTypes(['float32', 'float16', 'int32', 'uint32', 'int64', 'uint8', 'bool']);

const opset = (of: number, test: string): string => `measured: ${test}, also as opset ${of}`;

export const webgpu: readonly Correction[] = [
  {
    op: 'Cast',
    evidence: 'measured: test_dynamicquantizelinear_expanded',
    inputs: [castFrom],
    outputs: [castTo],
  },
  {
    op: 'Cast',
    evidence: 'measured: test_cast_FLOAT_to_FLOAT16',
    add: { since: 25, inputs: [castFrom], outputs: [castTo] },
  },
  {
    op: 'CastLike',
    evidence: 'measured: test_castlike_FLOAT16_to_FLOAT, which becomes a Cast',
    add: { since: 15, inputs: [castFrom, null], outputs: [castTo] },
  },
  { op: 'PRelu', evidence: 'measured: gtcrn', add: { since: 7, inputs: [floats] } },
  {
    op: 'GRU',
    evidence: 'measured: gtcrn, test_gru_defaults is opset 22 and elsewhere',
    add: { since: 7, until: 21, inputs: [single, single, single, single, null] },
  },
  { op: 'Max', evidence: 'measured: magika-v3.3', add: { since: 8, inputs: [numbers] } },
  {
    op: 'Min',
    evidence: 'measured: test_dynamicquantizelinear_expanded',
    add: { since: 8, inputs: [numbers] },
  },
  {
    op: 'DFT',
    evidence: opset(17, 'test_dft_axis_opset19'),
    add: { since: 17, inputs: [floats, null] },
  },
  {
    op: 'Range',
    evidence: 'measured: test_range_float_type_positive_delta',
    add: { since: 11, inputs: [sortTypes(['float32', 'int32'])] },
  },
  { op: 'Mish', evidence: 'measured: test_mish', add: { since: 18, inputs: [floats] } },
  {
    op: 'AveragePool',
    evidence: opset(19, 'test_averagepool_2d_ceil_last_window_starts_on_pad'),
    add: { since: 19, inputs: [floats] },
  },
  {
    op: 'CumSum',
    evidence: 'measured: test_cumsum_1d_int32_exclusive',
    inputs: [numbers, null],
    outputs: [numbers],
  },
  {
    op: 'Clip',
    evidence: 'measured: test_clip_default_min with int32 and uint32',
    add: { since: 13, inputs: [sortTypes(['int32', 'uint32'])] },
  },
  {
    op: 'Gather',
    evidence: 'measured: test_gather_0 with uint8',
    add: { since: 13, inputs: [sortTypes(['uint8']), null] },
  },
  {
    op: 'Reshape',
    evidence: 'measured: test_reshape_allowzero_reordered with bool and uint8',
    add: { since: 13, inputs: [sortTypes(['bool', 'uint8']), null] },
  },
  {
    op: 'Tile',
    evidence: 'measured: test_tile_precomputed with int32 and uint32',
    add: { since: 13, inputs: [sortTypes(['int32', 'uint32']), null] },
  },
  // ONNX Runtime has had it since before ONNX: its own version 1 stands in the default domain.
  {
    op: 'LayerNormalization',
    evidence: opset(7, 'test_layer_normalization_2d_axis0'),
    since: 1,
  },
];
