import { assumed, type Chip, derived, onnxRuntime, vectorPeak } from '../chip.ts';
import { carriedCosts, cpu, integersOnArm } from './processors.ts';

/** A phone without a usable NPU, of the kind of a Snapdragon 695: 2 Cortex-A78 and 6 Cortex-A55. */
export const midrange2021: Chip = {
  id: 'midrange-2021',
  name: 'mid-range phone of 2021, no usable NPU',
  platform: { os: 'android', arch: 'arm64' },
  engines: [onnxRuntime],
  units: [
    cpu({
      fp32: vectorPeak(2, 2.2, 4, 2),
      source: '2 Cortex-A78 × 2.2 GHz × 2 pipes of 128 bits',
      cores: 2,
      integers: integersOnArm,
      ...carriedCosts(3, 'a Cortex-A78 at 2.2 GHz'),
      power: assumed(1.6, 'W', 'two Cortex-A78 at 2.2 GHz'),
      waitPower: assumed(0.8, 'W', 'one Cortex-A78 at 2.2 GHz'),
    }),
  ],
  memoryBudget: assumed(
    512 * 2 ** 20,
    'B',
    'what Android leaves one app of 4 GB before it kills it',
  ),
  memoryBandwidth: derived(17.1e9, 'B/s', 'LPDDR4X, 2133 MHz × 2 × 32 bits'),
  storage: assumed(2 ** 30, 'B', 'a sixty-fourth of 64 GB'),
  cooling: {
    sustained: assumed(
      4,
      'W',
      'what a hand-held case of glass sheds at a skin temperature of 43 °C',
    ),
    settles: assumed(60, 's', 'the case and battery of a phone warm up within minutes'),
  },
};
