import { assumed, type Chip, calibrated, onnxRuntime, published, vectorPeak } from '../chip.ts';
import { carriedCosts, cpu, integersOnArm } from './processors.ts';

const hub = 'fit of 7 networks on Galaxy S24, ONNX Runtime, AI Hub Models v0.46.1 (error 10%)';

/** The phone chip of 2024. */
export const snapdragon8Gen3: Chip = {
  id: 'snapdragon-8-gen3',
  name: 'Snapdragon 8 Gen 3',
  platform: { os: 'android', arch: 'arm64' },
  engines: [onnxRuntime],
  units: [
    {
      kind: 'npu',
      provider: 'qnn',
      calibration: 'snapdragon-8-gen3-onnx',
      tops: {
        int8: assumed(34, 'dense TOPS', 'reported for the chip, not published by its maker'),
        fp16: assumed(17, 'dense TOPS', 'half the int8 rate'),
        mixed: assumed(17, 'dense TOPS', 'as fp16: the slowest of its layers'),
      },
      efficiency: calibrated(0.4, 'fraction', hub),
      start: calibrated(340, 'µs', hub),
      dispatch: calibrated(0.3, 'µs', hub),
      power: assumed(3.4, 'W', '10 TOPS/W'),
      waitPower: assumed(0.5, 'W', 'the call waits in the driver, no core is busy'),
    },
    cpu({
      fp32: vectorPeak(1, 3.3, 4, 4),
      source: '1 prime core × 3.3 GHz × 4 pipes of 128 bits',
      cores: 1,
      integers: integersOnArm,
      ...carriedCosts(1.3, 'its prime core at 3.3 GHz'),
      power: assumed(5, 'W', 'one prime core at full clock'),
      waitPower: assumed(5, 'W', 'one prime core at full clock'),
    }),
  ],
  memoryBudget: assumed(2 * 2 ** 30, 'B', 'what Android leaves one app of 8 GB before it kills it'),
  memoryBandwidth: published(
    76.8e9,
    'B/s',
    'Qualcomm, Snapdragon 8 Gen 3 product brief: LPDDR5X, 4800 MHz, 64 bits',
  ),
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
