import type { Tensor } from 'onnxruntime-node';
import { randomFeeds, runModel } from '../../../../../tests/support/onnx-models.ts';
import { exposeValues } from '../../graph/index.ts';
import type { Model } from '../../wire/index.ts';
import { type Range, RangeCollector } from '../calibrate/index.ts';
import { observableValues } from './observable-values.ts';
import type { StaticOptions } from './options.ts';
import { prepareStatic } from './prepare.ts';

/** Ranges of what a model needs, from a few random inputs in ONNX Runtime. */
export async function rangesOf(
  model: Model,
  options: StaticOptions = {},
  feeds = [1, 2, 3].map((seed) => randomFeeds(model, {}, seed)),
): Promise<ReadonlyMap<string, Range>> {
  const prepared = prepareStatic(model);
  if ('reason' in prepared) throw new Error(prepared.reason);
  const collector = new RangeCollector(observableValues(model, options));
  const given = new Set(prepared.graph.input.map(({ name }) => name));
  const exposed = exposeValues(
    prepared,
    collector.names.filter((name) => !given.has(name)),
  );
  for (const feed of feeds) {
    const seen: Record<string, Tensor> = { ...feed, ...(await runModel(exposed, feed)) };
    for (const name of collector.names) collector.observe(name, seen[name]!.data as Float32Array);
  }
  return collector.ranges();
}
