import type { Chip, ChipUnit, Estimate, Figure } from '@selvedge/core/device';
import { estimate, profileOf } from '@selvedge/core/device';
import type { ModelCost } from './cost.ts';

/**
 * By how much a figure of the catalogue may be off, either way: what a maker states is seldom off
 * by a tenth, what is derived from it by a third, what is assumed by a half. Judgement, not
 * statistics: the range says how much to trust a prediction, not how much runs vary.
 */
const doubt: Readonly<Record<Figure['confidence'], number>> = {
  published: 1.1,
  derived: 1.3,
  assumed: 1.5,
};

/** A prediction, and what it would be if every figure were off in the same direction. */
export interface Range {
  readonly typical: Estimate;
  readonly lowMs: number;
  readonly highMs: number;
}

/** Undefined when no unit of the chip runs the precision. */
export function estimateRange({ workload, precision }: ModelCost, chip: Chip): Range | undefined {
  const [typical, best, worst] = [chip, leaning(chip, 1), leaning(chip, -1)].map((one) =>
    estimate(workload, profileOf(one), precision),
  );
  if (!typical || !best || !worst) return undefined;
  return { typical, lowMs: Math.min(best.ms, typical.ms), highMs: Math.max(worst.ms, typical.ms) };
}

/** The chip with every figure better (1) or worse (−1) by its doubt. */
function leaning(chip: Chip, direction: 1 | -1): Chip {
  const more = <F extends Figure>(figure: F): F => ({
    ...figure,
    value: figure.value * doubt[figure.confidence] ** direction,
  });
  const less = <F extends Figure>(figure: F): F => ({
    ...figure,
    value: figure.value / doubt[figure.confidence] ** direction,
  });
  const unit = (one: ChipUnit): ChipUnit => ({
    ...one,
    tops: Object.fromEntries(Object.entries(one.tops).map(([name, rate]) => [name, more(rate)])),
    efficiency: { ...more(one.efficiency), value: Math.min(1, more(one.efficiency).value) },
    start: less(one.start),
    dispatch: less(one.dispatch),
  });
  return { ...chip, units: chip.units.map(unit), memoryBandwidth: more(chip.memoryBandwidth) };
}
