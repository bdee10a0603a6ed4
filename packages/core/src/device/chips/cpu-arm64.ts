import { assumed, type Chip, derived, onnxRuntime, vectorPeak } from '../chip.ts';
import { carriedCosts, cpu, integersOnArm } from './processors.ts';

/** Any 64-bit Arm machine of the server kind; the figures are for 4 cores. */
export const cpuArm64: Chip = {
  id: 'cpu-arm64',
  name: '64-bit Arm processor, 4 cores',
  platform: { os: 'linux', arch: 'arm64' },
  engines: [onnxRuntime],
  units: [
    cpu({
      fp32: vectorPeak(4, 2.6, 4, 2),
      source: '4 Neoverse N1 × 2.6 GHz × 2 pipes of 128 bits',
      cores: 4,
      integers: integersOnArm,
      ...carriedCosts(1.5, 'a Neoverse N1 at 2.6 GHz'),
      power: assumed(12, 'W', '3 W a core'),
      waitPower: assumed(3, 'W', 'one core'),
    }),
  ],
  memoryBudget: assumed(4 * 2 ** 30, 'B', 'half of 8 GB'),
  memoryBandwidth: derived(51.2e9, 'B/s', 'DDR4-3200, two channels of 64 bits'),
  storage: assumed(16 * 2 ** 30, 'B', 'a sixteenth of 256 GB'),
  cooling: {
    sustained: assumed(40, 'W', 'a fan that keeps up with the processor at full load'),
    settles: assumed(300, 's', 'a heat sink of a kilogram'),
  },
};
