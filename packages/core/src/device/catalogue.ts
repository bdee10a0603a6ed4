import { fail } from '../errors/index.ts';
import { nearest } from '../schema/index.ts';
import type { Chip } from './chip.ts';
import { amdXdna2 } from './chips/amd-xdna2.ts';
import { appleA18 } from './chips/apple-a18.ts';
import { appleM4 } from './chips/apple-m4.ts';
import { browserWasm } from './chips/browser-wasm.ts';
import { browserWebgpu } from './chips/browser-webgpu.ts';
import { browserWebnn } from './chips/browser-webnn.ts';
import { coralEdgetpu } from './chips/coral-edgetpu.ts';
import { cpuArm64 } from './chips/cpu-arm64.ts';
import { cpuX64 } from './chips/cpu-x64.ts';
import { ethosU55 } from './chips/ethos-u55.ts';
import { flagship2026 } from './chips/flagship-2026.ts';
import { hailo8 } from './chips/hailo-8.ts';
import { intelArrowLake } from './chips/intel-arrow-lake.ts';
import { intelLunarLake } from './chips/intel-lunar-lake.ts';
import { jetsonAgxOrin } from './chips/jetson-agx-orin.ts';
import { jetsonThor } from './chips/jetson-thor.ts';
import { midrange2021 } from './chips/midrange-2021.ts';
import { rk3588 } from './chips/rk3588.ts';
import { snapdragon8Gen3 } from './chips/snapdragon-8-gen3.ts';
import { snapdragonXElite } from './chips/snapdragon-x-elite.ts';

/** Every target, in the order in which lists show them. */
export const catalogue: readonly Chip[] = [
  flagship2026,
  snapdragon8Gen3,
  appleA18,
  midrange2021,
  appleM4,
  intelLunarLake,
  intelArrowLake,
  amdXdna2,
  snapdragonXElite,
  jetsonThor,
  jetsonAgxOrin,
  rk3588,
  hailo8,
  coralEdgetpu,
  ethosU55,
  browserWebnn,
  browserWebgpu,
  browserWasm,
  cpuX64,
  cpuArm64,
];

/**
 * The catalogue's entry for a target.
 * @throws SelvedgeError `not-found`, naming the target that was meant, or all there are.
 */
export function chipOf(target: string): Chip {
  const chip = catalogue.find(({ id }) => id === target);
  if (chip) return chip;
  const known = catalogue.map(({ id }) => id);
  const letters = (text: string): string => text.toLowerCase().replace(/[^a-z0-9]/g, '');
  const meant =
    nearest(target, known) ??
    known.find((id) => target.length >= 4 && letters(id).startsWith(letters(target)));
  return fail('not-found', `no target "${target}" in the catalogue`, {
    hint: meant === undefined ? `one of ${known.join(', ')}` : `did you mean "${meant}"?`,
    details: { target },
  });
}
