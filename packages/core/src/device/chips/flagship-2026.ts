import { assumed, type Chip, calibrated, derived, onnxRuntime, vectorPeak } from '../chip.ts';
import { carriedCosts, cpu, integersOnArm } from './processors.ts';

const hub =
  'fit of 7 networks on Snapdragon 8 Elite Gen 5, ONNX Runtime, AI Hub Models v0.46.1 (error 11%)';

/** A phone with a 45-TOPS NPU, of the kind of a Snapdragon 8 Elite Gen 5. */
export const flagship2026: Chip = {
  id: 'flagship-2026',
  name: 'flagship phone of 2026, 45-TOPS NPU',
  platform: { os: 'android', arch: 'arm64' },
  engines: [onnxRuntime],
  units: [
    {
      kind: 'npu',
      provider: 'qnn',
      calibration: 'snapdragon-8-elite-gen-5-onnx',
      tops: {
        int8: assumed(
          45,
          'dense TOPS',
          'what the target stands for; makers no longer publish it for phones',
        ),
        fp16: assumed(
          22.5,
          'dense TOPS',
          'half the int8 rate; agrees with resnet50 and resnet101, AI Hub Models v0.46.1',
        ),
        mixed: assumed(22.5, 'dense TOPS', 'as fp16: the slowest of its layers'),
      },
      efficiency: calibrated(0.4, 'fraction', hub),
      start: calibrated(210, 'µs', hub),
      dispatch: calibrated(0, 'µs', `${hub}: the compiled graph costs nothing per operator`),
      power: assumed(4.5, 'W', '10 TOPS/W, as Hailo-8 (26 TOPS, 2.5 W) states for a like process'),
      waitPower: assumed(0.5, 'W', 'the call waits in the driver, no core is busy'),
    },
    cpu({
      fp32: vectorPeak(2, 4.6, 4, 4),
      source: '2 prime cores × 4.6 GHz × 4 pipes of 128 bits',
      cores: 2,
      integers: integersOnArm,
      ...carriedCosts(1, 'a core of like speed'),
      power: assumed(14, 'W', 'two prime cores at full clock'),
      waitPower: assumed(7, 'W', 'one prime core at full clock'),
    }),
  ],
  memoryBudget: assumed(
    2 * 2 ** 30,
    'B',
    'what Android leaves one app of 12 GB before it kills it',
  ),
  memoryBandwidth: derived(84.8e9, 'B/s', 'LPDDR5X, 5300 MHz × 2 × 64 bits'),
  storage: assumed(8 * 2 ** 30, 'B', 'a thirty-second of 256 GB'),
  cooling: {
    sustained: assumed(
      5,
      'W',
      'what a hand-held case of glass sheds at a skin temperature of 43 °C',
    ),
    settles: assumed(60, 's', 'the case and battery of a phone warm up within minutes'),
  },
};
