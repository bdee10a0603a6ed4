/**
 * 4-bit weights of MatMul (MatMulNBits, blocks of 32, asymmetric, rounded without samples) by the
 * forge and by `MatMulNBitsQuantizer`.
 */
import type { Benchmark } from './bench.ts';
import { compareQuantisers } from './peers/compare.ts';

const benchmark: Benchmark = {
  question: 'Are 4-bit weights better and cheaper than by onnxruntime.quantization?',
  goal: 'on every model with MatMuls: accuracy at least equal, bytes ≤ 1.02, less time, less peak memory',
  run: () => compareQuantisers({ asked: { pass: 'int4', block: 32, symmetric: false } }),
};
export default benchmark;
