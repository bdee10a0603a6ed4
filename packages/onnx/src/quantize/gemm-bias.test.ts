import { describe, expect, it } from 'vitest';
import { randomFeeds, runModel, signalToNoise } from '../../../../tests/support/onnx-models.ts';
import { float, graphBuilder } from '../build/index.ts';
import type { Model } from '../wire/index.ts';
import { quantizeDynamic } from './dynamic.ts';
import { quantizeWeights4 } from './int4/index.ts';
import { quantizeStatic } from './static/index.ts';
import { rangesOf } from './static/ranges-of.fixture.ts';

const wave = (count: number, scale = 1): Float32Array =>
  Float32Array.from({ length: count }, (_, at) => Math.sin(at * 1.7) * scale);

/** `[4, 256] · [256, 4]`: as many rows as channels, so that a row and a column of bias are as long. */
function gemm(biasShape: number[], beta: number): Model {
  const g = graphBuilder('gemm', { opset: 17 });
  const x = g.input('x', 'float32', [4, 256]);
  const count = biasShape.reduce((product, size) => product * size, 1);
  const w = g.constant('w', [256, 4], wave(1024));
  const c = g.constant('c', biasShape, wave(count, 300).map(Math.abs));
  g.output(g.node('Gemm', [x, w, c], { beta: float(beta) }), 'float32');
  return g.build();
}

const passes: Record<string, (model: Model) => Promise<Model>> = {
  'int8-dynamic': async (model) => quantizeDynamic(model).model,
  'static int8': async (model) => quantizeStatic(model, await rangesOf(model)).model,
  int4: async (model) => quantizeWeights4(model).model,
};
const shapes = [[], [1], [1, 1], [4], [1, 4], [4, 1], [4, 4]];
const cases = Object.keys(passes).flatMap((pass) =>
  shapes.flatMap((shape) => [1, 0.5].map((beta) => ({ pass, shape, beta }))),
);

describe('the bias of a Gemm', () => {
  it.each(cases)(
    'of shape [$shape] times $beta is added as ONNX broadcasts it, in $pass',
    async ({ pass, shape, beta }) => {
      const model = gemm(shape, beta);
      const [name] = model.graph.output.map((output) => output.name!);
      const feeds = randomFeeds(model, {}, 5);
      const before = await runModel(model, feeds);
      const after = await runModel(await passes[pass]!(model), feeds);
      expect(signalToNoise(before[name!]!, after[name!]!)).toBeGreaterThan(20);
    },
  );
});
