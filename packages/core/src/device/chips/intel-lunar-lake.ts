import { assumed, type Chip, derived, onnxRuntime, published, vectorPeak } from '../chip.ts';
import { carriedCosts, cpu, integersOnX86 } from './processors.ts';

/** A thin laptop with Intel Core Ultra 200V. */
export const intelLunarLake: Chip = {
  id: 'intel-lunar-lake',
  name: 'Intel Core Ultra 9 288V (Lunar Lake)',
  platform: { os: 'windows', arch: 'x64' },
  engines: [onnxRuntime],
  units: [
    {
      kind: 'npu',
      provider: 'openvino',
      tops: {
        int8: published(
          48,
          'dense TOPS',
          'Intel, Core Ultra 200V series product brief: NPU 4, int8; as many as its 12,288 multipliers make at 1.95 GHz, so dense',
        ),
        fp16: derived(
          24,
          'dense TOPS',
          'half the int8 rate: NPU 4 has 12,288 int8 and 6,144 fp16 multipliers',
        ),
        mixed: assumed(24, 'dense TOPS', 'as fp16: the slowest of its layers'),
      },
      efficiency: assumed(0.4, 'fraction', 'as calibrated for flagship-2026'),
      start: assumed(150, 'µs', 'a Level Zero submission and its wait; no figure is published'),
      dispatch: assumed(0.3, 'µs', 'a compiled graph; as calibrated for snapdragon-8-gen3'),
      power: assumed(6, 'W', '8 TOPS/W'),
      waitPower: assumed(1, 'W', 'the call waits in the driver, no core is busy'),
    },
    cpu({
      fp32: vectorPeak(4, 4.8, 8, 2),
      source: '4 Lion Cove cores × 4.8 GHz × 2 pipes of 256 bits',
      cores: 4,
      integers: integersOnX86,
      ...carriedCosts(1, 'a core of like speed'),
      power: assumed(20, 'W', 'four Lion Cove cores within 30 W of the chip'),
      waitPower: assumed(8, 'W', 'one Lion Cove core at full clock'),
    }),
  ],
  memoryBudget: assumed(8 * 2 ** 30, 'B', 'a quarter of 32 GB'),
  memoryBandwidth: derived(136.5e9, 'B/s', 'LPDDR5X-8533 × 128 bits'),
  storage: assumed(32 * 2 ** 30, 'B', 'a thirty-second of 1 TB'),
  cooling: {
    sustained: assumed(17, 'W', "the chip's base power, which a thin laptop's fan keeps up with"),
    settles: assumed(120, 's', 'heat pipe and fan of a thin laptop'),
  },
};
