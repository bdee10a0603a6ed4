import { Report } from '../../pass/report.ts';
import type { Model } from '../../wire/model.ts';
import type { StaticOptions } from './options.ts';
import { planStatic, type StaticPlan } from './plan.ts';
import { prepareStatic } from './prepare.ts';
import { fixedRange } from './roles.ts';

/**
 * The values that {@link quantizeStatic} needs ranges for: calibration has to see these and no
 * others. Values of the main graph of {@link prepareStatic}'s model; graph inputs among them. None
 * where there is nothing to quantise.
 */
export function observableValues(model: Model, options: StaticOptions = {}): string[] {
  const prepared = prepareStatic(model);
  if ('reason' in prepared) return [];
  return [...observedOf(planStatic(prepared, options, new Report()))];
}

/** What a mover gives is within what it was given, and some operators' outputs are bounded. */
export function observedOf({ values, nodes, index }: StaticPlan): Set<string> {
  const observed = new Set<string>();
  for (const name of values) {
    const producer = index.producers.get(name);
    const role = producer && nodes.get(producer);
    if (role !== 'mover' && !(role && fixedRange(producer, 8))) observed.add(name);
  }
  return observed;
}
