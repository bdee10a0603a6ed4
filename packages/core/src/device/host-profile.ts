import { chipOf } from './catalogue.ts';
import type { Profile } from './profile.ts';
import { profileOf } from './profile-of.ts';

/** What a machine's own operating system says about it. */
export interface HostFacts {
  /** `linux`, `darwin`, `win32`, … */
  readonly os: string;
  /** `x64`, `arm64`, … */
  readonly arch: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly storageBytes?: number;
  /** The engines that are really there; absent: the catalogue's. */
  readonly engines?: Profile['engines'];
}

/** Small networks do not get faster beyond this many cores. */
const usefulCores = 8;

/**
 * An estimated profile of a real machine: the catalogue's processor of that architecture, scaled
 * by cores, with half of the memory as the budget. It names no target, since it is none.
 */
export function hostProfile(facts: HostFacts): Profile {
  const chip = chipOf(facts.arch === 'arm64' ? 'cpu-arm64' : 'cpu-x64');
  const { target: _, ...base } = profileOf(chip);
  const scale = Math.min(Math.max(1, facts.cores), usefulCores) / (chip.units[0]?.cores ?? 1);
  return {
    ...base,
    platform: { os: facts.os, arch: facts.arch },
    engines: facts.engines ?? base.engines,
    units: base.units.map((unit) => ({
      ...unit,
      tops: Object.fromEntries(Object.entries(unit.tops).map(([p, tops]) => [p, tops * scale])),
      ...(unit.watts !== undefined && { watts: unit.watts * scale }),
    })),
    memory: { ...base.memory, budgetBytes: Math.floor(facts.memoryBytes / 2) },
    ...(facts.storageBytes !== undefined && { storageBytes: facts.storageBytes }),
  };
}
