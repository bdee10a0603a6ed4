import { assumed, type Chip, derived, onnxRuntime, published, vectorPeak } from '../chip.ts';
import { carriedCosts, cpu, integersOnX86 } from './processors.ts';

/** A laptop with an XDNA 2 NPU. */
export const amdXdna2: Chip = {
  id: 'amd-xdna2',
  name: 'AMD Ryzen AI 9 HX 370 (XDNA 2)',
  platform: { os: 'windows', arch: 'x64' },
  engines: [onnxRuntime],
  units: [
    {
      kind: 'npu',
      provider: 'vitisai',
      tops: {
        int8: published(
          50,
          'dense TOPS',
          'AMD, Ryzen AI 9 HX 370 product page: NPU, up to 50 TOPS; names no sparsity',
        ),
        fp16: derived(
          25,
          'dense TOPS',
          'half the int8 rate; AMD states the full one for Block FP16, which shares exponents',
        ),
        mixed: derived(
          25,
          'dense TOPS',
          'half the int8 rate; AMD states the full one for Block FP16, which shares exponents',
        ),
      },
      efficiency: assumed(0.4, 'fraction', 'as calibrated for flagship-2026'),
      start: assumed(300, 'µs', 'as calibrated for Windows on snapdragon-x-elite'),
      dispatch: assumed(
        0.5,
        'µs',
        'a compiled graph; between snapdragon-8-gen3 and snapdragon-x-elite',
      ),
      power: assumed(6, 'W', '8 TOPS/W'),
      waitPower: assumed(1, 'W', 'the call waits in the driver, no core is busy'),
    },
    cpu({
      fp32: vectorPeak(4, 5, 8, 2),
      source: '4 Zen 5 cores × 5.0 GHz × 2 pipes of 256 bits',
      cores: 4,
      integers: integersOnX86,
      ...carriedCosts(0.9, 'a Zen 5 core at 5.0 GHz'),
      power: assumed(28, 'W', 'its default power, four Zen 5 cores at full clock'),
      waitPower: assumed(10, 'W', 'one Zen 5 core at full clock'),
    }),
  ],
  memoryBudget: assumed(8 * 2 ** 30, 'B', 'a quarter of 32 GB'),
  memoryBandwidth: derived(120e9, 'B/s', 'LPDDR5X-7500 × 128 bits'),
  storage: assumed(32 * 2 ** 30, 'B', 'a thirty-second of 1 TB'),
  cooling: {
    sustained: published(28, 'W', 'AMD, Ryzen AI 9 HX 370 product page: default TDP'),
    settles: assumed(120, 's', 'heat pipe and fan of a thin laptop'),
  },
};
