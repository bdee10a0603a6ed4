import { zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sileroDataset, speechShare } from '../../../../tests/support/audio.ts';
import {
  feedShapes,
  randomFeeds,
  runModel,
  sharedModels,
} from '../../../../tests/support/onnx-models.ts';
import { decibels, runDataset } from '../../../../tests/support/run-dataset.ts';
import { noSharedData } from '../../../../tests/support/shared-data.ts';
import { itUnless } from '../../../../tests/support/skip.ts';
import { graphBuilder } from '../build/index.ts';
import { unreadInitializers } from '../pass/unread.fixture.ts';
import { quantizeDynamic } from '../quantize/index.ts';
import { dataTypes, floatValues } from '../tensor/index.ts';
import { concat, type Model, readModel, writeModel } from '../wire/index.ts';
import { clusterWeights } from './cluster-weights.ts';
import { makePalette } from './palette.ts';
import { pruneWeights } from './prune-weights.ts';

const bytes = (model: Model): Uint8Array => concat(writeModel(model));
const ops = (model: Model): string[] => model.graph.node.map(({ opType }) => opType!);

function product(weights: Float32Array): Model {
  const g = graphBuilder('product', { opset: 17 });
  const x = g.input('x', 'float32', [2, 32]);
  g.output(g.node('MatMul', [x, g.constant('w', [32, 32], weights)], {}, 'y'), 'float32');
  return g.build();
}
const wave = (count: number): Float32Array =>
  Float32Array.from({ length: count }, (_, at) => Math.sin(at * 1.7));

describe('a palette', () => {
  const weights = fc.float32Array({
    minLength: 1,
    maxLength: 300,
    noNaN: true,
    noDefaultInfinity: true,
  });

  it('is ascending, no larger than asked, and gives each element its nearest value', () => {
    fc.assert(
      fc.property(weights, fc.integer({ min: 2, max: 64 }), (elements, size) => {
        const { values, codes } = makePalette(elements, size);
        expect(values.length).toBeLessThanOrEqual(size);
        for (let at = 1; at < values.length; at++) expect(values[at]! > values[at - 1]!).toBe(true);
        for (const [at, element] of elements.entries()) {
          const off = Math.abs(values[codes[at]!]! - element);
          const least = Math.min(...values.map((value) => Math.abs(value - element)));
          expect(off).toBeLessThanOrEqual(least * (1 + 1e-6));
        }
      }),
    );
  });

  it('holds few distinct values exactly, and a zero always', () => {
    const few = Float32Array.from({ length: 100 }, (_, at) => [-2, 0, 0.5, 3][at % 4]!);
    const { values, codes } = makePalette(few, 16);
    expect(Float32Array.from(codes, (code) => values[code]!)).toEqual(few);
    const many = wave(1000).map((value, at) => (at % 3 === 0 ? 0 : value + 0.01));
    expect(makePalette(many, 8).values).toContain(0);
  });

  it('has less error than as many equal steps', () => {
    const bell = Float32Array.from({ length: 4096 }, (_, at) => {
      const u = ((at * 2654435761) % 4096) / 4096;
      return Math.log((u + 1e-3) / (1 - u + 1e-3));
    });
    const { values, codes } = makePalette(bell, 16);
    const most = bell.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
    const step = (2 * most) / 15;
    let [drawn, even] = [0, 0];
    for (const [at, value] of bell.entries()) {
      drawn += (values[codes[at]!]! - value) ** 2;
      even += (Math.round(value / step) * step - value) ** 2;
    }
    expect(drawn).toBeLessThan(0.7 * even);
  });
});

describe('weights drawn from a palette', () => {
  it('are a byte each, and the same whether stored as codes or as values', async () => {
    const model = product(wave(1024));
    const codes = clusterWeights(model, { clusters: 32 }).model;
    const values = clusterWeights(model, { clusters: 32, form: 'values' }).model;
    expect(ops(codes)).toEqual(['Cast', 'Gather', 'MatMul']);
    expect(codes.graph.initializer.map(({ dataType, dims }) => [dataType, dims])).toEqual([
      [dataTypes.uint8, [32, 32]],
      [dataTypes.float32, [32]],
    ]);
    const feeds = randomFeeds(model);
    const [a, b] = [await runModel(codes, feeds), await runModel(values, feeds)];
    expect(a.y!.data).toEqual(b.y!.data);
  });

  itUnless(noSharedData).each(sharedModels)(
    '$name runs, or is skipped with a reason',
    async ({ name, bytes: read }) => {
      const model = readModel(read());
      const { model: clustered, report } = clusterWeights(model);
      if (report.skipped) {
        expect(['lgbm-classifier.onnx', 'xgboost-regressor.onnx']).toContain(name);
        return;
      }
      expect(unreadInitializers(clustered)).toEqual(unreadInitializers(model));
      expect(bytes(clustered).length).toBeLessThan(0.8 * read().length);
      const feeds = randomFeeds(model, feedShapes[name]);
      const [before, after] = [await runModel(model, feeds), await runModel(clustered, feeds)];
      for (const [output, { dims }] of Object.entries(before))
        expect([output, after[output]!.dims]).toEqual([output, dims]);
    },
  );
});

describe('pruned weights', () => {
  it('are zero in the share that was asked for, the smallest first', () => {
    const { initializer } = pruneWeights(product(wave(1024)), { share: 0.25 }).model.graph;
    const left = floatValues(initializer[0]!).filter((value) => value !== 0);
    expect(left.length).toBe(768);
    const gone = wave(1024).map(Math.abs).sort()[255]!;
    expect(Math.min(...left.map(Math.abs))).toBeGreaterThan(gone);
  });

  itUnless(noSharedData)(
    'save a tenth of what silero in 8 bits takes on its way, and it hears the same',
    async () => {
      const model = readModel(sharedModels.find(({ name }) => name.startsWith('silero'))!.bytes());
      const plain = quantizeDynamic(model).model;
      const pruned = quantizeDynamic(pruneWeights(model, { share: 0.3 }).model).model;
      const sent = (of: Model) => zstdCompressSync(bytes(of)).length;
      expect(sent(pruned)).toBeLessThan(0.92 * sent(plain));
      const data = sileroDataset();
      const [before, after] = [await runDataset(model, data), await runDataset(pruned, data)];
      expect(decibels(before.output!, after.output!)).toBeGreaterThan(24);
      const share = speechShare(before.output!);
      expect(Math.abs(speechShare(after.output!) - share)).toBeLessThan(0.01);
    },
  );
});
