import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InferenceSession, type Tensor } from 'onnxruntime-node';
import { randomFeeds, runModel } from '../../../../../tests/support/onnx-models.ts';
import { exposeValues, inspectModel } from '../../graph/index.ts';
import { concat, type Model, readModel, writeModel } from '../../wire/index.ts';
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

/** The operators that ONNX Runtime runs for a model, once it has fused what it can. */
export async function executedOps(model: Model): Promise<Record<string, number>> {
  const directory = mkdtempSync(join(tmpdir(), 'selvedge-fused-'));
  try {
    const optimizedModelFilePath = join(directory, 'fused.onnx');
    const session = await InferenceSession.create(concat(writeModel(model)), {
      graphOptimizationLevel: 'extended',
      optimizedModelFilePath,
      logSeverityLevel: 4,
    });
    await session.release();
    return inspectModel(readModel(new Uint8Array(readFileSync(optimizedModelFilePath)))).ops;
  } finally {
    rmSync(directory, { recursive: true });
  }
}
