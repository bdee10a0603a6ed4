import { assumed, type Chip, derived, onnxRuntime, published, vectorPeak } from '../chip.ts';
import { carriedCosts, cpu, integersOnArm } from './processors.ts';

/** The module of NVIDIA for robots, 2025. */
export const jetsonThor: Chip = {
  id: 'jetson-thor',
  name: 'NVIDIA Jetson Thor (T5000)',
  platform: { os: 'linux', arch: 'arm64' },
  engines: [onnxRuntime],
  units: [
    {
      kind: 'gpu',
      provider: 'tensorrt',
      tops: {
        int8: derived(
          1035,
          'sparse TOPS',
          'half of the 2,070 sparse FP4 TFLOPS of NVIDIA, Jetson Thor data sheet: eight bits take two of four',
        ),
        fp16: derived(
          517,
          'sparse TOPS',
          'a quarter of the 2,070 sparse FP4 TFLOPS of NVIDIA, Jetson Thor data sheet',
        ),
        mixed: derived(
          517,
          'sparse TOPS',
          'a quarter of the 2,070 sparse FP4 TFLOPS of NVIDIA, Jetson Thor data sheet',
        ),
        fp32: derived(8.1, 'dense TOPS', '2,560 CUDA cores × 1.57 GHz × 2'),
      },
      efficiency: assumed(0.4, 'fraction', 'as calibrated for flagship-2026'),
      start: assumed(50, 'µs', 'to enqueue a TensorRT engine and wait for it'),
      dispatch: assumed(3, 'µs', 'a kernel launch, most operators fused'),
      power: published(130, 'W', 'NVIDIA, Jetson Thor data sheet: the largest power mode'),
      waitPower: assumed(8, 'W', 'module at rest and one core that waits'),
    },
    cpu({
      fp32: vectorPeak(8, 2.6, 4, 4),
      source: '8 of 14 Neoverse V3AE × 2.6 GHz × 4 pipes of 128 bits',
      cores: 8,
      integers: integersOnArm,
      ...carriedCosts(1.4, 'a Neoverse V3AE at 2.6 GHz'),
      power: assumed(30, 'W', 'eight cores at full clock'),
      waitPower: assumed(6, 'W', 'one core and the module at rest'),
    }),
  ],
  memoryBudget: assumed(64 * 2 ** 30, 'B', 'half of 128 GB'),
  memoryBandwidth: published(273e9, 'B/s', 'NVIDIA, Jetson Thor data sheet: LPDDR5X, 256 bits'),
  storage: assumed(64 * 2 ** 30, 'B', 'a sixteenth of 1 TB'),
  cooling: {
    sustained: published(
      130,
      'W',
      'NVIDIA, Jetson Thor data sheet: the largest power mode, with the fan of the kit',
    ),
    settles: assumed(200, 's', 'heat sink and fan of the kit'),
  },
};
