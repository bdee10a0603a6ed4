import { assumed, type Chip, derived, onnxRuntime, published, vectorPeak } from '../chip.ts';
import { carriedCosts, cpu, integersOnX86 } from './processors.ts';

/** A desktop with Intel Core Ultra 200S. */
export const intelArrowLake: Chip = {
  id: 'intel-arrow-lake',
  name: 'Intel Core Ultra 9 285K (Arrow Lake)',
  platform: { os: 'windows', arch: 'x64' },
  engines: [onnxRuntime],
  units: [
    {
      kind: 'npu',
      provider: 'openvino',
      tops: {
        int8: published(13, 'dense TOPS', 'Intel, Core Ultra 200S series product brief: NPU, int8'),
        fp16: derived(6.5, 'dense TOPS', 'half the int8 rate, as NPU 4 of Lunar Lake'),
        mixed: derived(6.5, 'dense TOPS', 'half the int8 rate, as NPU 4 of Lunar Lake'),
      },
      efficiency: assumed(0.4, 'fraction', 'as calibrated for flagship-2026'),
      start: assumed(150, 'µs', 'as intel-lunar-lake'),
      dispatch: assumed(0.3, 'µs', 'a compiled graph; as calibrated for snapdragon-8-gen3'),
      power: assumed(3, 'W', '4 TOPS/W: an older NPU than that of Lunar Lake'),
      waitPower: assumed(1, 'W', 'the call waits in the driver, no core is busy'),
    },
    cpu({
      fp32: vectorPeak(8, 5.4, 8, 2),
      source: '8 Lion Cove cores × 5.4 GHz × 2 pipes of 256 bits',
      cores: 8,
      integers: integersOnX86,
      ...carriedCosts(0.9, 'a Lion Cove core at 5.4 GHz'),
      power: assumed(125, 'W', 'its base power, eight performance cores at full clock'),
      waitPower: assumed(20, 'W', 'one Lion Cove core at full clock'),
    }),
  ],
  memoryBudget: assumed(16 * 2 ** 30, 'B', 'half of 32 GB'),
  memoryBandwidth: derived(102.4e9, 'B/s', 'DDR5-6400, two channels of 64 bits'),
  storage: assumed(64 * 2 ** 30, 'B', 'a sixteenth of 1 TB'),
  cooling: {
    sustained: published(125, 'W', 'Intel, Core Ultra 9 285K: processor base power'),
    settles: assumed(300, 's', 'a heat sink of a kilogram'),
  },
};
