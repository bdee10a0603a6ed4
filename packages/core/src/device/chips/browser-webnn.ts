import { assumed, type Chip, derived, onnxRuntime, published, vectorPeak } from '../chip.ts';
import { carriedCosts, cpu, integersWidened } from './processors.ts';

/** A browser tab on a laptop with a Copilot+ NPU, through WebNN. */
export const browserWebnn: Chip = {
  id: 'browser-webnn',
  name: 'browser, WebNN on a 40-TOPS NPU',
  platform: { os: 'browser', arch: 'wasm32' },
  engines: [onnxRuntime],
  units: [
    {
      kind: 'npu',
      provider: 'webnn',
      tops: {
        int8: published(
          40,
          'dense TOPS',
          'Microsoft, Copilot+ PC requirements: an NPU of 40 TOPS or more',
        ),
        fp16: derived(
          20,
          'dense TOPS',
          'half the int8 rate, as the NPUs of intel-lunar-lake and snapdragon-x-elite',
        ),
        mixed: derived(
          20,
          'dense TOPS',
          'half the int8 rate, as the NPUs of intel-lunar-lake and snapdragon-x-elite',
        ),
      },
      efficiency: assumed(0.4, 'fraction', 'as calibrated for flagship-2026'),
      start: assumed(800, 'µs', 'from the page to the GPU process, to the driver and back'),
      dispatch: assumed(
        0.5,
        'µs',
        'a compiled graph; between snapdragon-8-gen3 and snapdragon-x-elite',
      ),
      power: assumed(5, 'W', '8 TOPS/W'),
      waitPower: assumed(2, 'W', 'processes of the browser hand tensors over'),
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
  memoryBandwidth: derived(120e9, 'B/s', 'LPDDR5X-7500 × 128 bits'),
  storage: assumed(2 ** 30, 'B', 'what a browser grants an origin without asking'),
  cooling: {
    sustained: assumed(15, 'W', "the chip's base power, which a thin laptop's fan keeps up with"),
    settles: assumed(120, 's', 'heat pipe and fan of a thin laptop'),
  },
};
