/** Half precision, inputs and outputs kept, by the forge and by `onnxruntime.transformers.float16`. */
import type { Benchmark } from './bench.ts';
import { compareQuantisers } from './peers/compare.ts';

const benchmark: Benchmark = {
  question: 'Is fp16 better and cheaper than by onnxruntime.transformers?',
  goal: 'on every model: accuracy at least equal, bytes ≤ 1.02, less time, less peak memory',
  run: () => compareQuantisers({ asked: { pass: 'fp16' } }),
};
export default benchmark;
