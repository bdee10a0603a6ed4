import { assumed, type Chip, derived, onnxRuntime, published, vectorPeak } from '../chip.ts';
import { carriedCosts, cpu, integersOnArm } from './processors.ts';

/** A tablet or thin laptop with Apple M4. */
export const appleM4: Chip = {
  id: 'apple-m4',
  name: 'Apple M4',
  platform: { os: 'macos', arch: 'arm64' },
  engines: [onnxRuntime],
  units: [
    {
      kind: 'npu',
      provider: 'coreml',
      tops: {
        int8: published(
          38,
          'dense TOPS',
          'Apple, M4 announcement (May 2024): up to 38 trillion operations a second; names no precision or sparsity',
        ),
        fp16: derived(
          19,
          'dense TOPS',
          'half of what is stated, which counts int8: an operation on fp16 takes two of them',
        ),
        mixed: derived(
          19,
          'dense TOPS',
          'half of what is stated, which counts int8: an operation on fp16 takes two of them',
        ),
      },
      efficiency: assumed(0.4, 'fraction', 'as calibrated for flagship-2026'),
      start: assumed(250, 'µs', 'a Core ML prediction; no figure is published'),
      dispatch: assumed(0.3, 'µs', 'a compiled graph; as calibrated for snapdragon-8-gen3'),
      power: assumed(4.75, 'W', '8 TOPS/W'),
      waitPower: assumed(0.5, 'W', 'the call waits in the driver, no core is busy'),
    },
    cpu({
      fp32: vectorPeak(4, 4.4, 4, 4),
      source: '4 performance cores × 4.4 GHz × 4 pipes of 128 bits',
      cores: 4,
      integers: integersOnArm,
      ...carriedCosts(0.8, 'its performance cores at 4.4 GHz'),
      power: assumed(18, 'W', 'four performance cores at full clock'),
      waitPower: assumed(6, 'W', 'one performance core at full clock'),
    }),
  ],
  memoryBudget: assumed(8 * 2 ** 30, 'B', 'half of 16 GB'),
  memoryBandwidth: published(120e9, 'B/s', 'Apple, M4 announcement (May 2024)'),
  storage: assumed(16 * 2 ** 30, 'B', 'a sixteenth of 256 GB'),
  cooling: {
    sustained: assumed(15, 'W', 'a laptop without a fan'),
    settles: assumed(180, 's', 'its aluminium case takes minutes to warm'),
  },
};
