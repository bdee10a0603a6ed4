import type { Estimate, Profile } from '@selvedge/core/device';
import { cold, run, thermalState } from './heat.ts';

/** What an emulated chip has become by what it ran. */
export interface ChipCondition {
  /** Part of what its cooling sheds for ever; above 0.9 it slows down. */
  readonly heat: number;
  readonly thermal: ReturnType<typeof thermalState>;
  /** Of the last run, 0 to 1. */
  readonly clock: number;
  /** Of all runs, millijoules; what the catalogue has no power for counts nothing. */
  readonly energyMj: number;
  readonly runs: number;
}

/** A chip's heat and energy, run by run. */
export class Condition {
  #heat = cold(0);
  #clock = 1;
  #energyMj = 0;
  #runs = 0;
  readonly #cooling: Profile['cooling'];

  constructor(cooling: Profile['cooling']) {
    this.#cooling = cooling;
  }

  /** A run that begins now: how long it takes at the clock the chip still has. */
  run({ ms, energyMj = 0 }: Pick<Estimate, 'ms' | 'energyMj'>, atMs: number): { ms: number } {
    const watts = ms > 0 ? energyMj / ms : 0;
    const ran = run(this.#heat, { watts, ms, atMs }, this.#cooling);
    this.#heat = ran.heat;
    this.#clock = ran.clock;
    this.#energyMj += energyMj;
    this.#runs += 1;
    return { ms: ran.ms };
  }

  get now(): ChipCondition {
    return {
      heat: this.#heat.level,
      thermal: thermalState(this.#heat.level),
      clock: this.#clock,
      energyMj: this.#energyMj,
      runs: this.#runs,
    };
  }
}
