import { fail } from '../errors/index.ts';
import { nearest } from '../schema/index.ts';
import type { Chip } from './chip.ts';
import { browserWasm } from './chips/browser-wasm.ts';
import { cpuArm64 } from './chips/cpu-arm64.ts';
import { cpuX64 } from './chips/cpu-x64.ts';
import { flagship2026 } from './chips/flagship-2026.ts';
import { intelLunarLake } from './chips/intel-lunar-lake.ts';
import { midrange2021 } from './chips/midrange-2021.ts';
import { snapdragon8Gen3 } from './chips/snapdragon-8-gen3.ts';
import { snapdragonXElite } from './chips/snapdragon-x-elite.ts';

/** Every target, in the order in which lists show them. */
export const catalogue: readonly Chip[] = [
  flagship2026,
  snapdragon8Gen3,
  midrange2021,
  intelLunarLake,
  snapdragonXElite,
  cpuX64,
  cpuArm64,
  browserWasm,
];

/**
 * The catalogue's entry for a target.
 * @throws SelvedgeError `not-found`, naming the target that was meant, or all there are.
 */
export function chipOf(target: string): Chip {
  const chip = catalogue.find(({ id }) => id === target);
  if (chip) return chip;
  const known = catalogue.map(({ id }) => id);
  const meant = nearest(target, known);
  return fail('not-found', `no target "${target}" in the catalogue`, {
    hint: meant === undefined ? `one of ${known.join(', ')}` : `did you mean "${meant}"?`,
    details: { target },
  });
}
