import { assumed, type Chip, derived, onnxRuntime, vectorPeak } from '../chip.ts';
import { cpu, integersOnX86, measuredCosts } from './processors.ts';

/** Any x86-64 machine with AVX2; the figures are for 4 cores. */
export const cpuX64: Chip = {
  id: 'cpu-x64',
  name: 'x86-64 processor with AVX2, 4 cores',
  platform: { os: 'linux', arch: 'x64' },
  engines: [onnxRuntime],
  units: [
    cpu({
      fp32: vectorPeak(4, 3, 8, 2),
      source: '4 cores × 3.0 GHz × 2 pipes of 256 bits',
      cores: 4,
      integers: integersOnX86,
      ...measuredCosts,
      power: assumed(40, 'W', '10 W a core'),
      waitPower: assumed(10, 'W', 'one core'),
    }),
  ],
  memoryBudget: assumed(4 * 2 ** 30, 'B', 'half of 8 GB'),
  memoryBandwidth: derived(51.2e9, 'B/s', 'DDR4-3200, two channels of 64 bits'),
  storage: assumed(16 * 2 ** 30, 'B', 'a sixteenth of 256 GB'),
  cooling: {
    sustained: assumed(65, 'W', 'a fan that keeps up with the processor at full load'),
    settles: assumed(300, 's', 'a heat sink of a kilogram'),
  },
};
