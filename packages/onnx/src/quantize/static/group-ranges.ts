import { fail } from '@selvedge/core/errors';
import { type Bits, hull, type Range } from '../calibrate/index.ts';
import { observedOf } from './observable-values.ts';
import type { StaticPlan } from './plan.ts';
import { fixedRange, roleOf } from './roles.ts';

/**
 * The range of each group of values that share a scale, by the value that stands for it: all that
 * its members span.
 *
 * @throws SelvedgeError `usage` naming a value whose range is missing.
 */
export function groupRanges(
  plan: StaticPlan,
  ranges: ReadonlyMap<string, Range>,
  bits: Bits,
): Map<string, Range> {
  const found = new Map<string, Range>();
  const include = (name: string, range: Range) => {
    const root = plan.groups.rootOf(name);
    const before = found.get(root);
    found.set(root, before ? hull(before, range) : range);
  };
  for (const name of observedOf(plan)) include(name, knownRange(name, plan, ranges, bits));
  for (const name of plan.values) {
    const producer = plan.index.producers.get(name);
    const fixed = producer && plan.nodes.has(producer) && fixedRange(producer, bits);
    if (fixed) include(name, fixed);
  }
  return found;
}

/**
 * The range of a value as it was given, or as it follows: with more nodes kept in float than there
 * were in calibration, what a mover or a bounded operator gives may have to be rounded behind it.
 */
function knownRange(
  name: string,
  plan: StaticPlan,
  ranges: ReadonlyMap<string, Range>,
  bits: Bits,
): Range {
  const given = ranges.get(name);
  if (given) return given;
  const producer = plan.index.producers.get(name);
  const fixed = producer && fixedRange(producer, bits);
  if (fixed) return fixed;
  if (producer && roleOf(producer, { graph: plan.graph }) === 'mover')
    return knownRange(producer.input[0]!, plan, ranges, bits);
  return missing(name);
}

function missing(name: string): never {
  return fail('usage', `no range is given for the value ${name}`, {
    hint: 'calibrate on every value that observableValues names',
    details: { value: name },
  });
}
