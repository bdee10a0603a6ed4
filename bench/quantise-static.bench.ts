/**
 * Static int8 (QDQ, per channel, uint8 activations, int8 weights, MinMax) by the forge and by
 * `quantize_static`, from the same calibration samples.
 */
import type { Benchmark } from './bench.ts';
import { compareQuantisers } from './peers/compare.ts';

const benchmark: Benchmark = {
  question: 'Is static int8 better and cheaper than by onnxruntime.quantization?',
  goal: 'on every model: accuracy at least equal, bytes ≤ 1.02, less time, less peak memory',
  run: () => compareQuantisers({ asked: { pass: 'static', method: 'minmax' } }),
};
export default benchmark;
