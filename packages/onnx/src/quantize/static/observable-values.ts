import { Report } from '../../pass/report.ts';
import type { Model } from '../../wire/model.ts';
import type { MeanRequest } from '../calibrate/index.ts';
import { meanRequest } from './bias-correction.ts';
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

/**
 * The means per channel that {@link quantizeStatic} can correct biases with; all of them are among
 * what {@link observableValues} names, or inputs of movers that are.
 */
export function observableMeans(model: Model, options: StaticOptions = {}): MeanRequest[] {
  const prepared = prepareStatic(model);
  if ('reason' in prepared) return [];
  const { layers } = planStatic(prepared, options, new Report());
  const requests = new Map<string, MeanRequest>();
  for (const layer of layers.values()) {
    const request = meanRequest(layer);
    if (layer.node.opType !== 'MatMul') requests.set(request.value, request);
  }
  return [...requests.values()];
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
