import { assumed, type Chip, derived, published, vectorPeak } from '../chip.ts';
import { carriedCosts, cpu, integersWidened } from './processors.ts';

/** The Coral Dev Board: an Edge TPU beside an NXP i.MX 8M. Models come as LiteRT files, compiled. */
export const coralEdgetpu: Chip = {
  id: 'coral-edgetpu',
  name: 'Google Coral Dev Board (Edge TPU)',
  platform: { os: 'linux', arch: 'arm64' },
  engines: [{ name: 'litert', version: '2.5' }],
  units: [
    {
      kind: 'npu',
      provider: 'edgetpu',
      tops: {
        int8: published(
          4,
          'dense TOPS',
          'Google, Coral Dev Board data sheet: 4 TOPS, int8, at 2 TOPS a watt',
        ),
      },
      efficiency: assumed(
        0.2,
        'fraction',
        'a systolic array of 64 × 64, half filled by most convolutions',
      ),
      start: assumed(300, 'µs', 'a request over PCI Express and its interrupt'),
      dispatch: assumed(0, 'µs', 'one compiled operator'),
      power: published(2, 'W', 'Google, Coral Dev Board data sheet: 0.5 W a TOPS'),
      waitPower: assumed(1.5, 'W', 'board and driver wait'),
      onChip: published(
        8e6,
        'B',
        'Google, Coral, Edge TPU compiler: about 8 MB of SRAM, what does not fit is fetched in each run',
      ),
      bandwidth: derived(0.5e9, 'B/s', 'PCI Express 2.0, one lane'),
    },
    cpu({
      fp32: vectorPeak(4, 1.5, 4, 1),
      source: '4 Cortex-A53 × 1.5 GHz × one pipe of 128 bits',
      cores: 4,
      integers: integersWidened,
      ...carriedCosts(10, 'a Cortex-A53 at 1.5 GHz, in order'),
      power: assumed(2, 'W', 'four Cortex-A53 at full clock'),
      waitPower: assumed(0.8, 'W', 'one Cortex-A53 at full clock'),
    }),
  ],
  memoryBudget: assumed(512 * 2 ** 20, 'B', 'half of 1 GB'),
  memoryBandwidth: derived(12.8e9, 'B/s', 'LPDDR4-3200 × 32 bits'),
  storage: assumed(512 * 2 ** 20, 'B', 'a sixteenth of 8 GB'),
  cooling: {
    sustained: assumed(5, 'W', 'the fan of the board'),
    settles: assumed(120, 's', 'its heat sink'),
  },
};
