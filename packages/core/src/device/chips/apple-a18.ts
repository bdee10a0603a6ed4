import { assumed, type Chip, derived, onnxRuntime, published, vectorPeak } from '../chip.ts';
import { carriedCosts, cpu, integersOnArm } from './processors.ts';

/** A phone with Apple A18. */
export const appleA18: Chip = {
  id: 'apple-a18',
  name: 'Apple A18',
  platform: { os: 'ios', arch: 'arm64' },
  engines: [onnxRuntime],
  units: [
    {
      kind: 'npu',
      provider: 'coreml',
      tops: {
        int8: published(
          35,
          'dense TOPS',
          'Apple, iPhone 16 announcement (September 2024): 16 cores, 35 trillion operations a second; names no precision or sparsity',
        ),
        fp16: derived(
          17.5,
          'dense TOPS',
          'half of what is stated, which counts int8: an operation on fp16 takes two of them',
        ),
        mixed: derived(
          17.5,
          'dense TOPS',
          'half of what is stated, which counts int8: an operation on fp16 takes two of them',
        ),
      },
      efficiency: assumed(0.4, 'fraction', 'as calibrated for flagship-2026'),
      start: assumed(250, 'µs', 'a Core ML prediction; no figure is published'),
      dispatch: assumed(0.3, 'µs', 'a compiled graph; as calibrated for snapdragon-8-gen3'),
      power: assumed(4.38, 'W', '8 TOPS/W'),
      waitPower: assumed(0.5, 'W', 'the call waits in the driver, no core is busy'),
    },
    cpu({
      fp32: vectorPeak(2, 4, 4, 4),
      source: '2 performance cores × 4.0 GHz × 4 pipes of 128 bits',
      cores: 2,
      integers: integersOnArm,
      ...carriedCosts(0.9, 'its performance cores at 4.0 GHz'),
      power: assumed(9, 'W', 'two performance cores at full clock'),
      waitPower: assumed(4.5, 'W', 'one performance core at full clock'),
    }),
  ],
  memoryBudget: assumed(2 * 2 ** 30, 'B', 'what iOS leaves one app of 8 GB before it ends it'),
  memoryBandwidth: derived(60e9, 'B/s', 'LPDDR5X-7500 × 64 bits'),
  storage: assumed(4 * 2 ** 30, 'B', 'a thirty-second of 128 GB'),
  cooling: {
    sustained: assumed(
      5,
      'W',
      'what a hand-held case of glass sheds at a skin temperature of 43 °C',
    ),
    settles: assumed(60, 's', 'the case and battery of a phone warm up within minutes'),
  },
};
