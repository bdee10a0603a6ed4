/** Dynamic int8 (8-bit weights, per channel) by the forge and by `quantize_dynamic`. */
import type { Benchmark } from './bench.ts';
import { compareQuantisers } from './peers/compare.ts';

const benchmark: Benchmark = {
  question: 'Is dynamic int8 better and cheaper than by onnxruntime.quantization?',
  goal: 'on every model: accuracy at least equal, bytes ≤ 1.02, less time, less peak memory',
  run: () => compareQuantisers({ asked: { pass: 'dynamic' } }),
};
export default benchmark;
