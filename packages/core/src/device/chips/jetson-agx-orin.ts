import { assumed, type Chip, derived, onnxRuntime, published, vectorPeak } from '../chip.ts';
import { carriedCosts, cpu, integersOnArm } from './processors.ts';

/** The module of NVIDIA for robots, 2022. */
export const jetsonAgxOrin: Chip = {
  id: 'jetson-agx-orin',
  name: 'NVIDIA Jetson AGX Orin 64 GB',
  platform: { os: 'linux', arch: 'arm64' },
  engines: [onnxRuntime],
  units: [
    {
      kind: 'gpu',
      provider: 'tensorrt',
      tops: {
        int8: published(
          170,
          'sparse TOPS',
          'NVIDIA, Jetson AGX Orin technical brief: GPU 170 of the 275 sparse int8 TOPS; the other 105 are two DLAs that TensorRT does not use unasked',
        ),
        fp16: derived(85, 'sparse TOPS', 'half the int8 rate of its tensor cores'),
        mixed: derived(85, 'sparse TOPS', 'half the int8 rate of its tensor cores'),
        fp32: published(
          5.3,
          'dense TOPS',
          'NVIDIA, Jetson AGX Orin technical brief: 2,048 CUDA cores',
        ),
      },
      efficiency: assumed(0.4, 'fraction', 'as calibrated for flagship-2026'),
      start: assumed(60, 'µs', 'to enqueue a TensorRT engine and wait for it'),
      dispatch: assumed(4, 'µs', 'a kernel launch, most operators fused'),
      power: published(60, 'W', 'NVIDIA, Jetson AGX Orin data sheet: the largest power mode'),
      waitPower: assumed(8, 'W', 'module at rest and one core that waits'),
    },
    cpu({
      fp32: vectorPeak(12, 2.2, 4, 2),
      source: '12 Cortex-A78AE × 2.2 GHz × 2 pipes of 128 bits',
      cores: 12,
      integers: integersOnArm,
      ...carriedCosts(3, 'a Cortex-A78AE at 2.2 GHz'),
      power: assumed(20, 'W', 'twelve cores at full clock'),
      waitPower: assumed(4, 'W', 'one core and the module at rest'),
    }),
  ],
  memoryBudget: assumed(32 * 2 ** 30, 'B', 'half of 64 GB'),
  memoryBandwidth: published(
    204.8e9,
    'B/s',
    'NVIDIA, Jetson AGX Orin data sheet: LPDDR5, 256 bits',
  ),
  storage: assumed(4 * 2 ** 30, 'B', 'a sixteenth of 64 GB'),
  cooling: {
    sustained: published(
      60,
      'W',
      'NVIDIA, Jetson AGX Orin data sheet: the largest power mode, with the fan of the kit',
    ),
    settles: assumed(200, 's', 'heat sink and fan of the kit'),
  },
};
