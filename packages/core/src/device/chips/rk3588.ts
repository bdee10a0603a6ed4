import { assumed, type Chip, derived, onnxRuntime, published, vectorPeak } from '../chip.ts';
import { carriedCosts, cpu, integersOnArm } from './processors.ts';

/** A single-board computer with Rockchip RK3588. */
export const rk3588: Chip = {
  id: 'rk3588',
  name: 'Rockchip RK3588',
  platform: { os: 'linux', arch: 'arm64' },
  engines: [onnxRuntime],
  units: [
    {
      kind: 'npu',
      provider: 'rknpu',
      tops: {
        int8: published(
          6,
          'dense TOPS',
          'Rockchip, RK3588 data sheet: 6 TOPS over three cores; one network runs on three only where it is split',
        ),
        fp16: derived(
          3,
          'dense TOPS',
          'half the int8 rate: 512 of 1,024 multiplications a cycle and core',
        ),
        mixed: derived(
          3,
          'dense TOPS',
          'half the int8 rate: 512 of 1,024 multiplications a cycle and core',
        ),
      },
      efficiency: assumed(0.2, 'fraction', 'one of three cores, well used for convolutions'),
      start: assumed(
        400,
        'µs',
        'a call of its driver, with the conversion of inputs to its layout',
      ),
      dispatch: assumed(2, 'µs', 'each operator is a job of its own'),
      power: assumed(2.8, 'W', 'what reviewers measure above rest while it detects objects'),
      waitPower: assumed(1, 'W', 'one Cortex-A76 that waits'),
    },
    cpu({
      fp32: vectorPeak(4, 2.4, 4, 2),
      source: '4 Cortex-A76 × 2.4 GHz × 2 pipes of 128 bits',
      cores: 4,
      integers: integersOnArm,
      ...carriedCosts(3, 'a Cortex-A76 at 2.4 GHz'),
      power: assumed(6, 'W', 'four Cortex-A76 at full clock'),
      waitPower: assumed(1.5, 'W', 'one Cortex-A76 at full clock'),
    }),
  ],
  memoryBudget: assumed(2 * 2 ** 30, 'B', 'a quarter of 8 GB'),
  memoryBandwidth: derived(33.6e9, 'B/s', 'LPDDR4X-4200 × 64 bits'),
  storage: assumed(4 * 2 ** 30, 'B', 'a sixteenth of 64 GB'),
  cooling: {
    sustained: assumed(8, 'W', 'a board with a heat sink and no fan'),
    settles: assumed(200, 's', 'a heat sink of a hundred grams'),
  },
};
