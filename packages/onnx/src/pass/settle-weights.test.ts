import { describe, expect, it } from 'vitest';
import {
  feedShapes,
  randomFeeds,
  runModel,
  sharedModels,
} from '../../../../tests/support/onnx-models.ts';
import { noSharedData } from '../../../../tests/support/shared-data.ts';
import { itUnless } from '../../../../tests/support/skip.ts';
import { type GraphBuilder, graphBuilder } from '../build/index.ts';
import { concat, type Model, readModel, writeModel } from '../wire/index.ts';
import { settleWeights } from './settle-weights.ts';

const wave = (count: number): Float32Array =>
  Float32Array.from({ length: count }, (_, at) => Math.sin(at * 1.7));
const ops = (model: Model): string[] => model.graph.node.map(({ opType }) => opType!);
const ints = (...values: number[]) => BigInt64Array.from(values, BigInt);

function around(shape: number[], body: (g: GraphBuilder, x: string) => string): Model {
  const g = graphBuilder('small', { opset: 17 });
  g.output(g.node('Identity', [body(g, g.input('x', 'float32', shape))], {}, 'y'), 'float32');
  return g.build();
}

async function expectSame(model: Model, settled: Model, shapes = {}): Promise<void> {
  const feeds = randomFeeds(model, shapes);
  const [a, b] = [await runModel(model, feeds), await runModel(settled, feeds)];
  for (const [name, { dims, data }] of Object.entries(a))
    expect([name, b[name]!.dims, b[name]!.data]).toEqual([name, dims, data]);
}

describe('weights that a model moves before their layer', () => {
  it('are stored as the layer reads them', async () => {
    const model = around([2, 6], (g, x) => {
      const w = g.node('Transpose', [g.constant('w', [8, 3, 2], wave(48))], { perm: [2, 1, 0] });
      return g.node('MatMul', [x, g.node('Reshape', [w, g.constant('s', [2], ints(6, -1))])]);
    });
    const settled = settleWeights(model, { mayGrow: false });
    expect(ops(settled)).toEqual(['MatMul', 'Identity']);
    expect(settled.graph.initializer.map(({ dims }) => dims)).toEqual([[6, 8]]);
    await expectSame(model, settled);
  });

  it('are put together from slices, backwards and with steps too', async () => {
    const model = around([2, 4], (g, x) => {
      const w = g.constant('w', [4, 10], wave(40));
      const cut = (name: string, from: number, to: number, step: number) =>
        g.node('Slice', [
          w,
          ...[from, to, 1, step].map((value, at) => g.constant(`${name}${at}`, [1], ints(value))),
        ]);
      const parts = [cut('a', 8, -11, -2), cut('b', -3, 2 ** 31, 1)];
      return g.node('MatMul', [x, g.node('Concat', parts, { axis: -1 })]);
    });
    const settled = settleWeights(model, { mayGrow: false });
    expect(ops(settled)).toEqual(['MatMul', 'Identity']);
    await expectSame(model, settled);
  });

  it('stay where something else reads the original, unless they may be stored twice', async () => {
    const model = around([2, 6], (g, x) => {
      const w = g.constant('w', [6, 6], wave(36));
      const product = g.node('MatMul', [x, g.node('Transpose', [w])]);
      return g.node('MatMul', [product, w]);
    });
    expect(settleWeights(model, { mayGrow: false })).toBe(model);
    const settled = settleWeights(model, { mayGrow: true });
    expect(ops(settled)).toEqual(['MatMul', 'MatMul', 'Identity']);
    await expectSame(model, settled);
  });

  itUnless(noSharedData)(
    'of recurrent layers in branches are stored once for both, in no more bytes',
    async () => {
      const file = sharedModels.find(({ name }) => name.startsWith('silero'))!;
      const model = readModel(file.bytes());
      const settled = settleWeights(model, { mayGrow: false });
      const bytes = concat(writeModel(settled)).length;
      expect(bytes).toBeLessThan(file.bytes().length);
      expect(bytes).toBeGreaterThan(0.95 * file.bytes().length);
      await expectSame(model, settled, feedShapes[file.name]);
    },
  );
});
