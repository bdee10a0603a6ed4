import { assumed, type Chip, calibrated, onnxRuntime, published, vectorPeak } from '../chip.ts';
import { carriedCosts, cpu, integersOnArm } from './processors.ts';

const hub =
  'fit of 7 networks on Snapdragon X Elite CRD, ONNX Runtime, AI Hub Models v0.46.1 (error 13%)';

/** The Windows-on-Arm laptop chip of 2024. */
export const snapdragonXElite: Chip = {
  id: 'snapdragon-x-elite',
  name: 'Snapdragon X Elite',
  platform: { os: 'windows', arch: 'arm64' },
  engines: [onnxRuntime],
  units: [
    {
      kind: 'npu',
      provider: 'qnn',
      calibration: 'snapdragon-x-elite-onnx',
      tops: {
        int8: published(
          45,
          'dense TOPS',
          'Qualcomm, Snapdragon X Elite product brief, which names no sparsity',
        ),
        fp16: assumed(22.5, 'dense TOPS', 'half the int8 rate'),
        mixed: assumed(22.5, 'dense TOPS', 'as fp16: the slowest of its layers'),
      },
      efficiency: calibrated(0.25, 'fraction', hub),
      start: calibrated(360, 'µs', hub),
      dispatch: calibrated(1.2, 'µs', hub),
      power: assumed(4.5, 'W', '10 TOPS/W'),
      waitPower: assumed(1, 'W', 'the call waits in the driver, no core is busy'),
    },
    cpu({
      fp32: vectorPeak(4, 3.4, 4, 4),
      source: 'one cluster of 4 cores × 3.4 GHz × 4 pipes of 128 bits',
      cores: 4,
      integers: integersOnArm,
      ...carriedCosts(1.2, 'its cores at 3.4 GHz'),
      power: assumed(16, 'W', 'a cluster at full clock'),
      waitPower: assumed(5, 'W', 'one core at full clock'),
    }),
  ],
  memoryBudget: assumed(8 * 2 ** 30, 'B', 'half of 16 GB'),
  memoryBandwidth: published(
    136e9,
    'B/s',
    'Qualcomm, Snapdragon X Elite product brief: LPDDR5X-8448, 128 bits',
  ),
  storage: assumed(32 * 2 ** 30, 'B', 'a sixteenth of 512 GB'),
  cooling: {
    sustained: assumed(23, 'W', "the chip's base power, which a thin laptop's fan keeps up with"),
    settles: assumed(120, 's', 'heat pipe and fan of a thin laptop'),
  },
};
