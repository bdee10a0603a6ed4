import type { Tier } from '@selvedge/core/schema';
import type { Bar, Budget } from '../build/gate.ts';
import type { BuildPlan } from '../build/plan.ts';

/** What a blueprint asks of a tier's variants on a target. */
export interface Limits {
  /** Targets that it names. */
  readonly targets: readonly string[];
  readonly bar: Bar;
  readonly budget: Budget;
}

/** Nothing is asked where no blueprint says so. */
export const noLimits: Limits = { targets: [], bar: {}, budget: {} };

/** By tier. */
export const limitsOf = ({ tiers }: BuildPlan): ReadonlyMap<Tier, Limits> =>
  new Map(tiers.map(({ tier, targets, bar, budget }) => [tier, { targets, bar, budget }]));
