import type { Profile } from '@selvedge/core/device';

/** How warm a device is, as a part of what its cooling sheds for ever; at 1 it must slow down. */
export interface Heat {
  readonly level: number;
  /** When, on the caller's clock. */
  readonly atMs: number;
}

export const cold = (atMs: number): Heat => ({ level: 0, atMs });

/** From here on the clock is lowered; between here and 1 it falls to what cooling sheds. */
const warmLevel = 0.9;

/**
 * A device's temperature as one resistance and one capacity: it moves towards power ÷ sustained
 * power with the time constant of the case. A run at `watts` that takes `ms` at full clock starts
 * after some idle time; above {@link warmLevel} the clock falls, and power with it in proportion.
 * Pure: the same runs at the same times give the same clocks.
 *
 * @returns the heat when the run ends, how long it takes, and the clock it ran at, 0 to 1
 */
export function run(
  heat: Heat,
  { watts, ms, atMs }: { watts: number; ms: number; atMs: number },
  cooling: Profile['cooling'],
): { readonly heat: Heat; readonly ms: number; readonly clock: number } {
  if (cooling === undefined || watts <= 0)
    return { heat: { level: 0, atMs: atMs + ms }, ms, clock: 1 };
  const settle = cooling.seconds * 1e3;
  const level = heat.level * Math.exp(-Math.max(0, atMs - heat.atMs) / settle);
  const clock = clockAt(level, Math.min(1, cooling.watts / watts));
  const slowed = ms / clock;
  const target = (watts * clock) / cooling.watts;
  const ends = target + (level - target) * Math.exp(-slowed / settle);
  return { heat: { level: ends, atMs: atMs + slowed }, ms: slowed, clock };
}

function clockAt(level: number, sustained: number): number {
  const hot = Math.min(1, Math.max(0, (level - warmLevel) / (1 - warmLevel)));
  return 1 - hot * (1 - sustained);
}

/** The words of a device's live state. */
export function thermalState(level: number): 'nominal' | 'fair' | 'serious' | 'critical' {
  if (level < 0.6) return 'nominal';
  if (level < warmLevel) return 'fair';
  return level < 1.05 ? 'serious' : 'critical';
}
