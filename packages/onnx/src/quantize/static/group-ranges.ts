import { fail } from '@selvedge/core/errors';
import { hull, type Levels, type Range } from '../calibrate/index.ts';
import { observedOf } from './observable-values.ts';
import type { StaticPlan } from './plan.ts';
import { fixedRange } from './roles.ts';

/**
 * The range of each group of values that share a scale, by the value that stands for it: all that
 * its members span.
 *
 * @throws SelvedgeError `usage` naming a value whose range is missing.
 */
export function groupRanges(
  plan: StaticPlan,
  ranges: ReadonlyMap<string, Range>,
  { bits }: Levels,
): Map<string, Range> {
  const found = new Map<string, Range>();
  const include = (name: string, range: Range) => {
    const root = plan.groups.rootOf(name);
    const before = found.get(root);
    found.set(root, before ? hull(before, range) : range);
  };
  for (const name of observedOf(plan)) include(name, ranges.get(name) ?? missing(name));
  for (const name of plan.values) {
    const producer = plan.index.producers.get(name);
    const fixed = producer && plan.nodes.has(producer) && fixedRange(producer, bits);
    if (fixed) include(name, fixed);
  }
  return found;
}

function missing(name: string): never {
  return fail('usage', `no range is given for the value ${name}`, {
    hint: 'calibrate on every value that observableValues names',
    details: { value: name },
  });
}
