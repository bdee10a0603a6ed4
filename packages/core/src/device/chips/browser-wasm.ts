import { assumed, type Chip, derived, onnxRuntime, published, vectorPeak } from '../chip.ts';
import { carriedCosts, cpu, integersWidened } from './processors.ts';

/** A browser tab on a laptop, WebAssembly with SIMD, one thread (no cross-origin isolation). */
export const browserWasm: Chip = {
  id: 'browser-wasm',
  name: 'browser, WebAssembly SIMD, one thread',
  platform: { os: 'browser', arch: 'wasm32' },
  engines: [onnxRuntime],
  units: [
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
  memoryBudget: published(
    4 * 2 ** 30,
    'B',
    'WebAssembly: 65,536 pages of 64 KiB with 32-bit addresses',
  ),
  memoryBandwidth: derived(51.2e9, 'B/s', 'DDR4-3200, two channels of 64 bits'),
  storage: assumed(2 ** 30, 'B', 'what a browser grants an origin without asking'),
  cooling: {
    sustained: assumed(15, 'W', "the chip's base power, which a thin laptop's fan keeps up with"),
    settles: assumed(120, 's', 'heat pipe and fan of a thin laptop'),
  },
};
