import { assumed, type Chip, derived, published } from '../chip.ts';

/** A microcontroller with Arm Ethos-U55 (256 MACs) beside a Cortex-M55. Models come as LiteRT Micro files, compiled by Vela. */
export const ethosU55: Chip = {
  id: 'ethos-u55',
  name: 'Arm Ethos-U55, 256 MACs, with Cortex-M55',
  platform: { os: 'bare-metal', arch: 'armv8.1-m' },
  engines: [{ name: 'litert-micro', version: '2.5' }],
  units: [
    {
      kind: 'npu',
      provider: 'ethos-u',
      tops: {
        int8: derived(
          0.256,
          'dense TOPS',
          '256 MACs × 500 MHz × 2 (Arm, Vela: Ethos_U55_High_End_Embedded)',
        ),
      },
      efficiency: assumed(
        0.5,
        'fraction',
        'Vela itself estimates a half to four fifths for convolutions',
      ),
      start: assumed(50, 'µs', 'a command stream and its interrupt'),
      dispatch: assumed(2, 'µs', 'a few hundred cycles for each command'),
      power: assumed(0.1, 'W', 'a few hundredths of a watt for the NPU, its SRAM and flash'),
      waitPower: assumed(0.02, 'W', 'the Cortex-M55 sleeps until the interrupt'),
      bandwidth: published(
        0.5e9,
        'B/s',
        'Arm, Vela, Ethos_U55_High_End_Embedded: flash that holds the weights, 0.5 GB/s',
      ),
      onChip: published(
        0,
        'B',
        'weights stay in flash and are read in each run; activations are in SRAM',
      ),
    },
    {
      kind: 'cpu',
      provider: 'cpu',
      tops: {
        int8: derived(
          0.008,
          'dense TOPS',
          'Cortex-M55 with Helium: 8 byte MACs a cycle × 500 MHz × 2',
        ),
      },
      efficiency: assumed(0.3, 'fraction', 'CMSIS-NN on convolutions'),
      start: assumed(5, 'µs', 'a call of the interpreter'),
      dispatch: assumed(4, 'µs', 'two thousand cycles of the interpreter'),
      power: assumed(0.05, 'W', 'a Cortex-M55 at 500 MHz'),
      waitPower: assumed(0.05, 'W', 'as while it computes'),
    },
  ],
  memoryBudget: assumed(32 * 2 ** 20, 'B', 'flash for weights, and SRAM'),
  activationMemory: published(4 * 2 ** 20, 'B', 'Arm, Vela, Shared_Sram: arena of 4 MiB'),
  memoryBandwidth: published(4e9, 'B/s', 'Arm, Vela, Ethos_U55_High_End_Embedded: SRAM, 4 GB/s'),
  storage: assumed(32 * 2 ** 20, 'B', 'its flash'),
  cooling: {
    sustained: assumed(1, 'W', 'a bare chip package'),
    settles: assumed(30, 's', 'a chip package has little mass'),
  },
};
