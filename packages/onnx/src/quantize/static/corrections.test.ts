import type { Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { randomFeeds, runModel, signalToNoise } from '../../../../../tests/support/onnx-models.ts';
import { type GraphBuilder, graphBuilder } from '../../build/index.ts';
import { exposeValues } from '../../graph/index.ts';
import type { Model } from '../../wire/index.ts';
import { ChannelMeanCollector } from '../calibrate/index.ts';
import { MomentCollector, momentRequests } from '../moments/index.ts';
import { observableMeans } from './observable-values.ts';
import type { StaticOptions } from './options.ts';
import { quantizeStatic } from './quantize-static.ts';
import { rangesOf } from './ranges-of.fixture.ts';

const wave = (count: number, scale = 1): Float32Array =>
  Float32Array.from({ length: count }, (_, at) => Math.sin(at * at * 0.37) * scale);

/** A layer whose input is never negative, so that what rounding does to its weights adds up. */
function around(shape: number[], body: (g: GraphBuilder, positive: string) => string): Model {
  const g = graphBuilder('biased', { opset: 17 });
  const x = g.input('x', 'float32', shape);
  const positive = g.node('Abs', [x], {}, 'positive');
  g.output(g.node('Neg', [body(g, positive)], {}, 'y'), 'float32');
  return g.build();
}

const layers: Record<string, Model> = {
  Conv: around([1, 6, 9, 9], (g, x) =>
    g.node('Conv', [x, g.constant('w', [5, 6, 3, 3], wave(270))], {}),
  ),
  'depthwise Conv': around([1, 6, 9, 9], (g, x) =>
    g.node('Conv', [x, g.constant('w', [12, 1, 3, 3], wave(108))], { group: 6 }),
  ),
  ConvTranspose: around([1, 6, 7, 7], (g, x) =>
    g.node('ConvTranspose', [x, g.constant('w', [6, 4, 2, 2], wave(96))], { strides: [2, 2] }),
  ),
  'ConvTranspose in groups': around([1, 6, 7, 7], (g, x) =>
    g.node('ConvTranspose', [x, g.constant('w', [6, 2, 2, 2], wave(48))], {
      strides: [2, 2],
      group: 3,
    }),
  ),
  Gemm: around([8, 40], (g, x) =>
    g.node('Gemm', [x, g.constant('w', [40, 6], wave(240)), g.constant('b', [6], wave(6))]),
  ),
  'Gemm with B transposed': around([8, 40], (g, x) =>
    g.node('Gemm', [x, g.constant('w', [6, 40], wave(240)), g.constant('b', [6], wave(6))], {
      transB: 1,
    }),
  ),
};

const feedsOf = (model: Model) => [1, 2, 3, 4].map((seed) => randomFeeds(model, {}, seed));

async function meansOf(model: Model, options: StaticOptions = {}) {
  const requests = observableMeans(model, options);
  const collector = new ChannelMeanCollector(requests);
  const exposed = exposeValues(
    model,
    requests.map(({ value }) => value),
  );
  for (const feeds of feedsOf(model)) {
    const outputs = await runModel(exposed, feeds);
    for (const { value } of requests)
      collector.add(value, outputs[value]!.data as Float32Array, outputs[value]!.dims);
  }
  return collector.means();
}

async function momentsOf(model: Model) {
  const requests = momentRequests(model, { minWeights: 1 });
  const collector = new MomentCollector(requests);
  const exposed = exposeValues(
    model,
    requests.map(({ value }) => value),
  );
  for (const feeds of feedsOf(model)) {
    const outputs = await runModel(exposed, feeds);
    for (const { value } of requests)
      collector.add(value, outputs[value]!.data as Float32Array, outputs[value]!.dims);
  }
  return collector.moments();
}

/** With weights in 7 bits and activations in 16, weights are what is heard. */
const heard: StaticOptions = { activationBits: 16, weightBits: 7 };

/** What a model and its quantised form answer to what it was calibrated on. */
async function answers(
  model: Model,
  corrections: StaticOptions,
  output = 'y',
): Promise<[Tensor, Tensor][]> {
  const ranges = await rangesOf(model, heard, feedsOf(model));
  const { model: quantized } = quantizeStatic(model, ranges, { ...heard, ...corrections });
  const pairs: [Tensor, Tensor][] = [];
  for (const feeds of feedsOf(model)) {
    const [before, after] = [await runModel(model, feeds), await runModel(quantized, feeds)];
    pairs.push([before[output]!, after[output]!]);
  }
  return pairs;
}

/** Mean over the channels of how far a channel's mean is off. */
function shiftOf(pairs: readonly [Tensor, Tensor][]): number {
  const { dims } = pairs[0]![0];
  const inner = dims.slice(2).reduce((product, size) => product * size, 1);
  const sums = new Float64Array(dims[1]!);
  for (const [before, after] of pairs) {
    for (let at = 0; at < before.data.length; at++)
      sums[Math.floor(at / inner) % sums.length]! +=
        Number(after.data[at]) - Number(before.data[at]);
  }
  return sums.reduce((total, sum) => total + Math.abs(sum), 0);
}

const noiseOf = (pairs: readonly [Tensor, Tensor][]): number =>
  pairs.reduce((total, [before, after]) => total + signalToNoise(before, after), 0) / pairs.length;

describe('corrections', () => {
  it.each(Object.entries(layers))('of the bias give %s its means back', async (_, model) => {
    const plain = shiftOf(await answers(model, {}));
    const corrected = await answers(model, { means: await meansOf(model) });
    expect(shiftOf(corrected)).toBeLessThan(plain / 4);
  });

  it.each(['Conv', 'Gemm', 'Gemm with B transposed'])(
    'of rounding make the output of %s less noisy',
    async (name) => {
      const model = layers[name]!;
      const plain = noiseOf(await answers(model, {}));
      const corrected = await answers(model, { moments: await momentsOf(model) });
      expect(noiseOf(corrected)).toBeGreaterThan(plain + 1);
    },
  );

  it('hold for each of the layers that share weights, whose rounding is for all of them', async () => {
    const g = graphBuilder('shared', { opset: 17 });
    const x = g.input('x', 'float32', [8, 40]);
    const w = g.constant('w', [40, 6], wave(240));
    const ramp = g.constant(
      'ramp',
      [40],
      Float32Array.from({ length: 40 }, (_, at) => at / 10),
    );
    const first = g.node('Abs', [x], {}, 'first');
    const second = g.node('Abs', [g.node('Sin', [g.node('Mul', [x, ramp])])], {}, 'second');
    for (const [input, name] of [
      [first, 'y'],
      [second, 'z'],
    ] as const) {
      const product = g.node('Gemm', [input, w, g.constant(`b.${name}`, [6], wave(6))]);
      g.output(g.node('Neg', [product], {}, name), 'float32');
    }
    const model = g.build();
    const [means, moments] = [await meansOf(model), await momentsOf(model)];
    for (const output of ['y', 'z']) {
      const plain = await answers(model, {}, output);
      const corrected = await answers(model, { means, moments }, output);
      expect(shiftOf(corrected)).toBeLessThan(shiftOf(plain) / 4);
      expect(noiseOf(corrected)).toBeGreaterThan(noiseOf(plain) + 1);
    }
    const ranges = await rangesOf(model, heard, feedsOf(model));
    const { model: quantized } = quantizeStatic(model, ranges, { ...heard, means, moments });
    expect(quantized.graph.initializer.filter(({ name }) => name!.endsWith('int8'))).toHaveLength(
      1,
    );
  });

  it('that do not fit a layer leave it as it would be', async () => {
    const model = layers.Conv!;
    const plain = noiseOf(await answers(model, {}));
    const means = new Map([['positive', Float64Array.of(1, 2)]]);
    const moments = new Map([
      [
        model.graph.node[1]!.name!,
        { size: 2, rows: 1, diagonal: Float64Array.of(1, 1), full: Float64Array.of(1, 0, 0, 1) },
      ],
    ]);
    expect(noiseOf(await answers(model, { means }))).toBe(plain);
    expect(noiseOf(await answers(model, { moments }))).toBe(plain);
  });
});
