import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isSelvedgeError, SelvedgeError } from '@selvedge/core/errors';
import { createOrtEngine } from '@selvedge/engines/ort-node';
import type { Session } from '@selvedge/infer/engine';
import {
  concat,
  graphBuilder,
  type Model,
  quantizeStatic,
  readModel,
  writeModel,
} from '@selvedge/onnx';
import { afterAll, describe, expect, it } from 'vitest';
import { magika } from '../../../../tests/support/magika.ts';
import { sharedModels } from '../../../../tests/support/onnx-models.ts';
import { mnist, noSharedData } from '../../../../tests/support/shared-data.ts';
import { itUnless } from '../../../../tests/support/skip.ts';
import { readDataset, type WrittenDataset, writeDataset, writeNpy } from '../dataset/index.ts';
import { evaluate } from '../measure/index.ts';
import { calibrate } from './index.ts';

const root = mkdtempSync(join(tmpdir(), 'selvedge-calibrate-'));
const engine = createOrtEngine({ threads: 1 });
afterAll(async () => {
  await engine.close();
  rmSync(root, { recursive: true });
});

let directories = 0;
async function directoryWith(dataset: WrittenDataset): Promise<string> {
  const directory = join(root, String(++directories));
  await writeDataset(directory, dataset);
  return directory;
}

const load = (model: Model) => engine.load({ model: concat(writeModel(model)), name: 'the model' });

async function calibrated(model: Model, directory: string) {
  const session = await load(model);
  const dataset = await readDataset(directory, session.inputs);
  try {
    return await calibrate(engine, model, dataset);
  } finally {
    await dataset.close();
    await session.close();
  }
}

/** Calibrates on one data set, and tells how the result does on another. */
async function top1(file: string, calibration: WrittenDataset, evaluation: WrittenDataset) {
  const { bytes } = sharedModels.find(({ name }) => name === file)!;
  const model = readModel(bytes());
  const found = await calibrated(model, await directoryWith(calibration));
  if ('skipped' in found) throw new Error(found.skipped);
  const { ranges, means, moments } = found;
  const { model: quantized } = quantizeStatic(model, ranges, { means, moments });
  const [reference, variant] = [await load(model), await load(quantized)];
  const dataset = await readDataset(await directoryWith(evaluation), reference.inputs);
  const contestants = [{ id: 'int8', session: variant, coupled: false }];
  const { summaries } = await evaluate({ reference, contestants, dataset, metric: 'top1' });
  await Promise.all([dataset.close(), reference.close(), variant.close()]);
  return { samples: dataset.samples, ...summaries.get('int8')! };
}

const layer = (weight = 1): Model => {
  const g = graphBuilder('layer', { opset: 17 });
  const x = g.input('x', 'float32', [1, 2]);
  const w = g.constant('w', [2, 2], Float32Array.of(weight, 0, 0, weight));
  g.output(g.node('MatMul', [x, w], {}, 'y'), 'float32', [1, 2]);
  return g.build();
};
const rows = (...values: number[]): WrittenDataset => ({
  inputs: {
    x: { type: 'float32', shape: [values.length / 2, 2], data: Float32Array.from(values) },
  },
});
const refusalOf = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work;
  } catch (error) {
    if (isSelvedgeError(error)) return `${error.code} ${error.row.exit}: ${error.message}`;
    throw error;
  }
  return 'nothing';
};

describe('calibration', () => {
  it('takes ranges, means and the number of samples from a data set', async () => {
    const found = await calibrated(layer(), await directoryWith(rows(1, 2, -3, 4)));
    expect(found).toMatchObject({ samples: 2, method: 'mse' });
    const { ranges } = found as Exclude<typeof found, { skipped: string }>;
    expect([...ranges.keys()]).toEqual(['x', 'y']);
    expect(ranges.get('x')!.min).toBeCloseTo(-3, 1);
    expect(ranges.get('y')!.max).toBeCloseTo(4, 1);
  });

  it('carries the state of a stateful model from sample to sample', async () => {
    const g = graphBuilder('counter', { opset: 17 });
    const x = g.input('x', 'float32', [1, 2]);
    const sum = g.node('Add', [x, g.input('before', 'float32', [1, 2])], {}, 'after');
    const w = g.constant('w', [2, 2], Float32Array.of(1, 0, 0, 1));
    g.output(g.node('MatMul', [sum, w], {}, 'y'), 'float32', [1, 2]);
    g.output('after', 'float32', [1, 2]);
    const sequence = { feeds: { after: 'before' }, initial: { before: 0 }, restarts: [3] };
    const directory = await directoryWith({ ...rows(1, 1, 1, 1, 1, 1, 5, 5), sequence });
    const found = await calibrated(g.build(), directory);
    // 1, 2, 3, and after the restart 5: without state never above 5, without restart 8.
    const { ranges } = found as Exclude<typeof found, { skipped: string }>;
    expect(ranges.get('after')!.max).toBeCloseTo(5, 1);
  });

  it('says why there is nothing to calibrate', async () => {
    const g = graphBuilder('none', { opset: 17 });
    g.output(g.node('Relu', [g.input('x', 'float32', [1, 2])], {}, 'y'), 'float32', [1, 2]);
    const directory = await directoryWith(rows(1, 2));
    expect(await calibrated(g.build(), directory)).toEqual({ skipped: 'no layer to quantise' });
  });

  it('says so where the engine does not load what it is to observe', async () => {
    const dataset = await readDataset(await directoryWith(rows(1, 2)), [
      { name: 'x', type: 'float32', shape: [1, 2] },
    ]);
    const refuse = () => Promise.reject(new SelvedgeError('bad-model', 'incompatible dimensions'));
    expect(await calibrate(engine, layer(), dataset, { load: refuse })).toEqual({
      skipped: expect.stringContaining('incompatible dimensions'),
    });
    await dataset.close();
  });

  it('blames no sample where the engine runs the model, but does not show its values', async () => {
    const directory = await directoryWith(rows(1, 2));
    const failing = (session: Session, why: string): Session => ({
      inputs: session.inputs,
      outputs: session.outputs,
      run: () => Promise.reject(new SelvedgeError('engine-failed', why)),
      close: () => session.close(),
    });
    const hides = async (model: Model) => {
      const session = await load(model);
      return model.graph.output.length === 1 ? session : failing(session, 'no such type');
    };
    const g = graphBuilder('two layers', { opset: 17 });
    const w = g.constant('w', [2, 2], Float32Array.of(1, 0, 0, 1));
    const inner = g.node('MatMul', [g.input('x', 'float32', [1, 2]), w], {}, 'inner');
    g.output(g.node('MatMul', [inner, w], {}, 'y'), 'float32', [1, 2]);
    const session = await load(g.build());
    const dataset = await readDataset(directory, session.inputs);
    expect(await calibrate(engine, g.build(), dataset, { load: hides })).toEqual({
      skipped: expect.stringContaining('does not show its values: no such type'),
    });
    const fails = async (model: Model) => failing(await load(model), 'out of range');
    expect(await refusalOf(calibrate(engine, g.build(), dataset, { load: fails }))).toMatch(
      /^bad-dataset 2: .*sample 0: out of range$/,
    );
    await Promise.all([dataset.close(), session.close()]);
  });

  it('refuses a sample that is not finite, in one line with its file', async () => {
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const directory = await directoryWith(rows(1, 2, 3, bad));
      expect(await refusalOf(calibrated(layer(), directory))).toBe(
        `bad-dataset 2: ${directory}/x.npy: sample 1 holds ${bad}, x takes finite numbers`,
      );
    }
  });

  it('refuses what has the wrong name, type or shape, or nothing in it', async () => {
    const float32 = (count: number) => new Float32Array(count);
    const cases = [
      ['z', 'float32', [2, 2], float32(4), /has no x\.npy for the input x/],
      ['x', 'string', [2, 2], ['a', 'b', 'c', 'd'], /x\.npy holds string, the model takes float32/],
      ['x', 'float32', [2, 3], float32(6), /x\.npy: each sample has shape \[3\], x takes \[1, 2\]/],
      ['x', 'float32', [0, 2], float32(0), /x\.npy has no samples/],
    ] as const;
    for (const [name, type, shape, data, message] of cases) {
      const directory = await directoryWith({ inputs: {} });
      writeFileSync(join(directory, `${name}.npy`), writeNpy({ type, shape, data }));
      const refusal = await refusalOf(calibrated(layer(), directory));
      expect(refusal).toMatch(/^bad-dataset 2: /);
      expect(refusal).toMatch(message);
    }
  });

  it('refuses a sample that makes the model overflow', async () => {
    const directory = await directoryWith(rows(1, 2, 3e38, 0));
    expect(await refusalOf(calibrated(layer(1e3), directory))).toBe(
      `bad-dataset 2: ${directory}: sample 1: value y: element 0 is Infinity`,
    );
  });

  it('ends when it is cancelled', async () => {
    const session = await load(layer());
    const dataset = await readDataset(await directoryWith(rows(1, 2, 3, 4)), session.inputs);
    const signal = AbortSignal.abort();
    expect(await refusalOf(calibrate(engine, layer(), dataset, { signal }))).toMatch(
      /^cancelled 3/,
    );
    await dataset.close();
  });

  itUnless(noSharedData)('costs MNIST at most 0.003 of its accuracy', async () => {
    const { value, reference, samples } = await top1('mnist-8.onnx', mnist(200), mnist());
    expect([samples, reference]).toEqual([10_000, 0.9891]);
    expect(value!).toBeGreaterThanOrEqual(0.9861);
  });

  itUnless(noSharedData)('leaves magika right on at least 75 of the 77 samples', async () => {
    const { value, reference } = await top1('magika-v3.3.onnx', magika(), magika());
    expect(Math.round(reference! * 77)).toBe(76);
    expect(Math.round(value! * 77)).toBeGreaterThanOrEqual(75);
  });
});
