import { assumed, type Chip, derived, onnxRuntime, published, vectorPeak } from '../chip.ts';
import { carriedCosts, cpu, integersOnArm } from './processors.ts';

/** A Hailo-8 module beside four Cortex-A76 (of the kind of a Raspberry Pi 5). */
export const hailo8: Chip = {
  id: 'hailo-8',
  name: 'Hailo-8 on a Cortex-A76 board',
  platform: { os: 'linux', arch: 'arm64' },
  engines: [onnxRuntime],
  units: [
    {
      kind: 'npu',
      provider: 'hailo',
      tops: { int8: published(26, 'dense TOPS', 'Hailo, Hailo-8 product brief: 26 TOPS, int8') },
      efficiency: assumed(
        0.3,
        'fraction',
        'layers share its cells in space: the slowest sets the pace',
      ),
      start: assumed(300, 'µs', 'a transfer over PCIe and its interrupt'),
      dispatch: assumed(0, 'µs', 'data flows from layer to layer'),
      power: published(2.5, 'W', 'Hailo, Hailo-8 product brief: typical power'),
      waitPower: assumed(1, 'W', 'module and driver wait'),
      onChip: assumed(
        16 * 2 ** 20,
        'B',
        'not published; larger networks are cut in contexts that are loaded in turn',
      ),
      bandwidth: derived(
        3.94e9,
        'B/s',
        'PCI Express 3.0, four lanes; it has no memory outside the chip',
      ),
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
  memoryBudget: assumed(2 * 2 ** 30, 'B', 'a quarter of the 8 GB of its host'),
  memoryBandwidth: derived(17.1e9, 'B/s', 'LPDDR4X-4267 × 32 bits of its host'),
  storage: assumed(4 * 2 ** 30, 'B', 'a sixteenth of 64 GB'),
  cooling: {
    sustained: assumed(8, 'W', 'a board with a heat sink and no fan'),
    settles: assumed(200, 's', 'a heat sink of a hundred grams'),
  },
};
