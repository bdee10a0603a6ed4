/**
 * Every pass over every kind of model: ONNX's 875 node tests (opsets 7 to 26, sequences, optionals,
 * strings, subgraphs, 2-bit types) and the shared ones (ai.onnx.ml, If, LSTM). A pass may leave a
 * model alone; what it changes must still run.
 */
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { expect } from 'vitest';
import { feedShapes, randomFeeds, sharedModels } from '../../../../tests/support/onnx-models.ts';
import { type NamedTensor, nodeTests } from '../../../../tests/support/onnx-node-tests.ts';
import { noSharedData } from '../../../../tests/support/shared-data.ts';
import { itUnless } from '../../../../tests/support/skip.ts';
import { countModel } from '../cost/index.ts';
import { toFloat16 } from '../float16/index.ts';
import {
  fixDimensions,
  foldBatchNorm,
  foldConstants,
  freeDimensions,
  inlineBranches,
  removeIdentities,
} from '../fold/index.ts';
import { inspectModel } from '../graph/index.ts';
import {
  observableValues,
  quantizeDynamic,
  quantizeStatic,
  quantizeWeights4,
} from '../quantize/index.ts';
import { concat, type Model, readModel, writeModel } from '../wire/index.ts';
import type { PassResult } from './index.ts';

const passes: Readonly<Record<string, (model: Model) => PassResult>> = {
  foldConstants,
  foldBatchNorm,
  removeIdentities,
  inlineBranches,
  fixDimensions: (model) =>
    fixDimensions(model, Object.fromEntries(freeDimensions(model).map(({ name }) => [name, 1]))),
  toFloat16: (model) => toFloat16(model),
  quantizeDynamic: (model) => quantizeDynamic(model),
  quantizeStatic: (model) => {
    const range = { min: -4, max: 4 };
    return quantizeStatic(model, new Map(observableValues(model).map((name) => [name, range])));
  },
  quantizeWeights4: (model) => quantizeWeights4(model),
};

itUnless(noSharedData)(
  'every pass takes every node test, and what it changes runs where the original did',
  async () => {
    const faults: string[] = [];
    const changed: Record<string, number> = {};
    for (const { name, model: bytes, sets } of nodeTests()) {
      const model = readModel(bytes, { name });
      inspectModel(model);
      countModel(model);
      const feeds = feedsOf(sets[0]?.inputs ?? [], model);
      let runs: boolean | undefined;
      for (const [pass, run] of Object.entries(passes)) {
        const { model: result, report } = run(model);
        if (report.skipped) expect(result).toBe(model);
        if (result === model || !feeds) continue;
        changed[pass] = (changed[pass] ?? 0) + 1;
        runs ??= (await refusalOf(model, feeds)) === undefined;
        const refusal = runs ? await refusalOf(result, feeds) : undefined;
        if (refusal && !isKnown(refusal)) faults.push(`${pass} of ${name}: ${refusal}`);
      }
    }
    expect(faults).toEqual([]);
    expect(Object.keys(changed)).toContain('foldConstants');
  },
);

itUnless(noSharedData).each(sharedModels)(
  'every pass after every other leaves $name one that runs',
  async ({ name, bytes }) => {
    const model = readModel(bytes(), { name });
    const feeds = randomFeeds(model, feedShapes[name]);
    const graphPasses = [removeIdentities, foldConstants, foldBatchNorm, inlineBranches];
    const plain = graphPasses.reduce((before, pass) => pass(before).model, model);
    for (const [pass, run] of Object.entries(passes)) {
      if (pass === 'fixDimensions') continue;
      expect([pass, await refusalOf(run(plain).model, feeds)]).toEqual([pass, undefined]);
    }
  },
);

/**
 * ONNX's expansion of AffineGrid gives Range lists of one element where the specification wants
 * scalars, which ONNX Runtime refuses only where it sees the sizes while it loads the model.
 */
const isKnown = (refusal: string): boolean =>
  refusal.includes("Input to 'Range' op should be scalars");

/** Why a model does not load or run, if it does not. */
async function refusalOf(model: Model, feeds: Record<string, Tensor>): Promise<string | undefined> {
  try {
    const session = await InferenceSession.create(concat(writeModel(model)), {
      logSeverityLevel: 4,
      intraOpNumThreads: 1,
    });
    await session.run(feeds);
    await session.release();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Undefined where an input is no tensor, or one of a type that the binding does not have. */
function feedsOf(
  inputs: readonly NamedTensor[],
  { graph }: Model,
): Record<string, Tensor> | undefined {
  const make = Tensor as unknown as new (...of: unknown[]) => Tensor;
  try {
    const feeds = inputs.map(({ name, tensor }, at) => [
      name || graph.input[at]!.name!,
      new make(tensor!.type, tensor!.data, tensor!.shape),
    ]);
    return Object.fromEntries(feeds) as Record<string, Tensor>;
  } catch {
    return undefined;
  }
}
