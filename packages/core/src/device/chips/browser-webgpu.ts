import { assumed, type Chip, derived, onnxRuntime, vectorPeak } from '../chip.ts';
import { carriedCosts, cpu, integersWidened } from './processors.ts';

/** A browser tab on a laptop with an integrated GPU, through WebGPU. */
export const browserWebgpu: Chip = {
  id: 'browser-webgpu',
  name: 'browser, WebGPU on an integrated GPU',
  platform: { os: 'browser', arch: 'wasm32' },
  engines: [onnxRuntime],
  units: [
    {
      kind: 'gpu',
      provider: 'webgpu',
      tops: {
        fp32: derived(2, 'dense TOPS', 'Intel Iris Xe: 96 units × 8 lanes × 1.3 GHz × 2'),
        fp16: derived(4, 'dense TOPS', 'twice fp32, where the adapter has shader-f16'),
        int4: derived(4, 'dense TOPS', 'as fp16: weights are widened in the shader'),
        mixed: derived(2, 'dense TOPS', 'as fp32: there are no shaders for quantised convolutions'),
      },
      efficiency: assumed(0.25, 'fraction', 'shaders without matrix instructions'),
      start: assumed(1000, 'µs', 'to submit, and to map the result back'),
      dispatch: assumed(15, 'µs', 'a compute pass for each operator, validated by the browser'),
      power: assumed(12, 'W', 'the GPU of a thin laptop at full clock'),
      waitPower: assumed(6, 'W', 'one laptop core that encodes commands'),
    },
    cpu({
      provider: 'wasm',
      fp32: vectorPeak(1, 3, 4, 1),
      source: '1 thread × 3.0 GHz × 128 bits, a multiplication and an addition each cycle',
      cores: 1,
      integers: integersWidened,
      ...carriedCosts(2, 'WebAssembly and its call from JavaScript'),
      power: assumed(10, 'W', 'one laptop core'),
      waitPower: assumed(10, 'W', 'one laptop core'),
    }),
  ],
  memoryBudget: assumed(
    2 * 2 ** 30,
    'B',
    'what browsers leave the buffers of one tab on a laptop of 16 GB',
  ),
  memoryBandwidth: derived(68.3e9, 'B/s', 'LPDDR4X-4267 × 128 bits'),
  storage: assumed(2 ** 30, 'B', 'what a browser grants an origin without asking'),
  cooling: {
    sustained: assumed(15, 'W', "the chip's base power, which a thin laptop's fan keeps up with"),
    settles: assumed(120, 's', 'heat pipe and fan of a thin laptop'),
  },
};
