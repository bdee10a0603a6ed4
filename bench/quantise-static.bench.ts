/**
 * Static int8 (QDQ, per channel, uint8 activations, int8 weights, MinMax) by the forge and by
 * `quantize_static`, from the same calibration samples.
 *
 * Memory: Node.js with ONNX Runtime's binding takes 100 MB before any work, Python with it 80. The
 * smallest models are all start-up, and there the forge takes more; that is in the figures, and the
 * goal begins where the peer takes 150 MiB.
 */
import type { Benchmark } from './bench.ts';
import { compareQuantisers } from './peers/compare.ts';

const benchmark: Benchmark = {
  question: 'Is static int8 better and cheaper than by onnxruntime.quantization?',
  goal: 'on every model: accuracy at least equal, bytes ≤ 1.02, less time; less peak memory where the peer takes 150 MiB',
  run: () => compareQuantisers({ asked: { pass: 'static', method: 'minmax' }, memoryFromMiB: 150 }),
};
export default benchmark;
