import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { sileroDataset, speechShare } from '../../../../tests/support/audio.ts';
import {
  feedShapes,
  randomFeeds,
  runModel,
  sharedModels,
  signalToNoise,
} from '../../../../tests/support/onnx-models.ts';
import { runDataset } from '../../../../tests/support/run-dataset.ts';
import { mnist, noSharedData } from '../../../../tests/support/shared-data.ts';
import { itUnless } from '../../../../tests/support/skip.ts';
import {
  float,
  type GraphBuilder,
  graphBuilder,
  makeModel,
  makeValueInfo,
} from '../build/index.ts';
import { toFloat16 } from '../float16/index.ts';
import { inspectModel } from '../graph/index.ts';
import { unreadInitializers } from '../pass/unread.fixture.ts';
import { concat, type Model, make, readModel, writeModel } from '../wire/index.ts';
import { quantizeDynamic } from './dynamic.ts';

const wave = (count: number, scale = 1): Float32Array =>
  Float32Array.from({ length: count }, (_, at) => Math.sin(at * 1.7) * scale);
const ops = (model: Model): string[] => model.graph.node.map(({ opType }) => opType!);

function around(shape: number[], body: (g: GraphBuilder, x: string) => string, opset = 17): Model {
  const g = graphBuilder('small', { opset });
  const x = g.input('x', 'float32', shape);
  g.output(g.node('Identity', [body(g, x)], {}, 'y'), 'float32');
  return g.build();
}

async function compare(model: Model, quantized: Model): Promise<number> {
  const feeds = randomFeeds(model);
  const [a, b] = [await runModel(model, feeds), await runModel(quantized, feeds)];
  expect(b.y!.dims).toEqual(a.y!.dims);
  return signalToNoise(a.y!, b.y!);
}

/** Share of MNIST's 10,000 test images that a model of mnist-8's form tells right. */
async function accuracy(model: Model): Promise<number> {
  const { inputs, labels } = mnist();
  const pixels = inputs.Input3!.data as Uint8Array;
  const session = await InferenceSession.create(concat(writeModel(model)), {
    intraOpNumThreads: 1,
    logSeverityLevel: 4,
  });
  let right = 0;
  for (const [at, label] of Array.from(labels as Uint8Array).entries()) {
    const image = Float32Array.from(pixels.subarray(at * 784, at * 784 + 784));
    const { Plus214_Output_0 } = await session.run({
      Input3: new Tensor('float32', image, [1, 1, 28, 28]),
    });
    const scores = Array.from(Plus214_Output_0!.data as Float32Array);
    if (scores.indexOf(Math.max(...scores)) === label) right++;
  }
  await session.release();
  return right / 10_000;
}

describe('dynamic quantisation', () => {
  itUnless(noSharedData).each(sharedModels)(
    '$name still runs, or is skipped with a reason',
    async ({ name, bytes }) => {
      const model = readModel(bytes(), { name });
      const { model: quantized, report } = quantizeDynamic(model);
      if (report.skipped) {
        expect(['lgbm-classifier.onnx', 'xgboost-regressor.onnx']).toContain(name);
        return;
      }
      expect(unreadInitializers(quantized)).toEqual(unreadInitializers(model));
      expect(inspectModel(quantized).inputs).toEqual(inspectModel(model).inputs);
      expect(concat(writeModel(quantized)).length).toBeLessThan(0.85 * bytes().length);
      const feeds = randomFeeds(model, feedShapes[name]);
      const [before, after] = [await runModel(model, feeds), await runModel(quantized, feeds)];
      for (const [output, tensor] of Object.entries(before)) {
        expect([output, after[output]!.dims]).toEqual([output, tensor.dims]);
        expect(Array.from(after[output]!.data as Float32Array).every(Number.isFinite)).toBe(true);
      }
    },
  );

  itUnless(noSharedData)(
    'costs MNIST at most 0.003 of its accuracy of 0.9891, fp16 nothing',
    async () => {
      const file = sharedModels.find(({ name }) => name === 'mnist-8.onnx')!;
      const model = readModel(file.bytes(), { name: file.name });
      expect(await accuracy(model)).toBe(0.9891);
      expect(await accuracy(toFloat16(model).model)).toBeGreaterThanOrEqual(0.9889);
      const { model: quantized, report } = quantizeDynamic(model);
      expect(report.changed.map(({ op }) => op)).toEqual(['Conv', 'MatMul']);
      expect(await accuracy(quantized)).toBeGreaterThanOrEqual(0.9861);
    },
  );

  it('turns MatMul into MatMulInteger with a scale per column', async () => {
    // One column a thousand times the others: a single scale would leave those three bits.
    const weights = wave(64 * 32).map((weight, at) => (at % 32 === 0 ? weight * 1000 : weight));
    const model = around([4, 64], (g, x) =>
      g.node('MatMul', [x, g.constant('w', [64, 32], weights)]),
    );
    const { model: quantized } = quantizeDynamic(model);
    expect(ops(quantized)).toEqual([
      'DynamicQuantizeLinear',
      'MatMulInteger',
      'Mul',
      'Cast',
      'Mul',
      'Identity',
    ]);
    const [feeds, small] = [randomFeeds(model), new Float32Array(4 * 31)];
    const [a, b] = [await runModel(model, feeds), await runModel(quantized, feeds)];
    const columns = (tensor: Tensor) =>
      small.map((_, at) => Number(tensor.data[at + Math.floor(at / 31) + 1]));
    const noise = signalToNoise(
      new Tensor('float32', columns(a.y!)),
      new Tensor('float32', columns(b.y!)),
    );
    expect(noise).toBeGreaterThan(35);
  });

  it('lowers Gemm with transB, alpha, beta and bias', async () => {
    const model = around([4, 64], (g, x) => {
      const [w, c] = [g.constant('w', [32, 64], wave(2048)), g.constant('c', [32], wave(32, 3))];
      return g.node('Gemm', [x, w, c], { transB: 1, alpha: float(0.5), beta: float(2) });
    });
    const { model: quantized } = quantizeDynamic(model);
    expect(quantized.graph.initializer.map(({ name }) => name)).toEqual([
      'w.int8',
      'w.scales',
      'Gemm_0_out.bias',
    ]);
    expect(await compare(model, quantized)).toBeGreaterThan(35);
  });

  it.each([
    { rank: '1-D', input: [1, 16, 20], weight: [24, 16, 3], pads: [1, 1] },
    { rank: '2-D', input: [1, 16, 9, 9], weight: [24, 16, 3, 3], pads: [1, 1, 1, 1] },
    { rank: '3-D', input: [1, 8, 4, 4, 4], weight: [16, 8, 3, 3, 3], pads: [1, 1, 1, 1, 1, 1] },
  ])(
    'turns a $rank Conv with stride, padding and bias into ConvInteger',
    async ({ input, weight, pads }) => {
      const count = weight.reduce((product, size) => product * size, 1);
      const model = around(input, (g, x) => {
        const [w, b] = [
          g.constant('w', weight, wave(count)),
          g.constant('b', [weight[0]!], wave(weight[0]!)),
        ];
        return g.node('Conv', [x, w, b], {
          pads,
          strides: pads.slice(0, pads.length / 2).map(() => 2),
        });
      });
      const { model: quantized } = quantizeDynamic(model);
      expect(ops(quantized)).toContain('ConvInteger');
      expect(await compare(model, quantized)).toBeGreaterThan(30);
    },
  );

  it('leaves grouped and depthwise convolutions, small layers and computed weights, and says why', async () => {
    const model = around([1, 64, 6, 6], (g, x) => {
      const depthwise = g.node('Conv', [x, g.constant('d', [64, 1, 5, 5], wave(1600))], {
        group: 64,
      });
      const pointwise = g.node('Conv', [depthwise, g.constant('p', [4, 64, 1, 1], wave(256))]);
      const made = g.node('Abs', [g.constant('m', [32, 4, 4, 4], wave(2048))]);
      return g.node('Conv', [pointwise, made], { pads: [3, 3, 3, 3] });
    });
    const { report, model: quantized } = quantizeDynamic(model);
    expect(report.left.map(({ reason }) => reason)).toEqual([
      'it has 64 groups: one range for all channels would lose the small ones',
      'it has only 256 weights: quantising costs more than it saves',
      'its weights Abs_2_out are computed',
    ]);
    // What computes in float32 reads weights that are stored in 8 bits, and loses little by it.
    expect(report.changed.map(({ op }) => op)).toEqual(['Conv']);
    expect(ops(quantized)).not.toContain('ConvInteger');
    expect(quantized.graph.initializer.map(({ name }) => name)).toContain('d.int8');
    expect(await compare(model, quantized)).toBeGreaterThan(38);
    const kept = quantizeDynamic(model, { keepNodes: report.changed.map(({ node }) => node) });
    expect(kept.model).toBe(model);
    expect(kept.report.skipped).toContain('no layer to quantise');
  });

  it('quantises an input that several layers share once, and weights that they share once', async () => {
    const model = around([4, 64], (g, x) => {
      const w = g.constant('w', [64, 64], wave(4096));
      const [a, b] = [g.node('MatMul', [x, w]), g.node('MatMul', [x, w])];
      return g.node('MatMul', [g.node('Add', [a, b]), w]);
    });
    const { model: quantized } = quantizeDynamic(model);
    expect(ops(quantized).filter((op) => op === 'DynamicQuantizeLinear')).toHaveLength(2);
    expect(quantized.graph.initializer.map(({ name }) => name)).toEqual(['w.int8', 'w.scales']);
    expect(await compare(model, quantized)).toBeGreaterThan(25);
  });

  it('leaves weights that a caller may set, and keeps ones that something else reads', () => {
    const build = () =>
      around([4, 64], (g, x) => {
        const w = g.constant('w', [64, 64], wave(4096));
        return g.node('Add', [g.node('MatMul', [x, w]), g.node('ReduceSum', [w], { keepdims: 0 })]);
      });
    expect(quantizeDynamic(build()).model.graph.initializer.map(({ name }) => name)).toContain('w');
    const { graph } = build();
    const input = [...graph.input, makeValueInfo('w', 'float32', [64, 64])];
    const settable = makeModel(make('GraphProto', { ...graph, input }), { opset: 17 });
    expect(quantizeDynamic(settable).report.left[0]!.reason).toBe(
      'w is an input that a caller may set',
    );
  });

  it('takes initializers that are all listed as inputs for the weights they are', async () => {
    const model = around([4, 64], (g, x) =>
      ['a', 'b', 'c', 'd'].reduce(
        (value, name) => g.node('MatMul', [value, g.constant(name, [64, 64], wave(4096))]),
        x,
      ),
    );
    const { graph } = model;
    const listed = graph.initializer.map(({ name }) => makeValueInfo(name!, 'float32', [64, 64]));
    const input = [...graph.input, ...listed];
    const kept = makeModel(make('GraphProto', { ...graph, input }), { opset: 17 });
    const { model: quantized, report } = quantizeDynamic(kept);
    expect(report.changed).toHaveLength(4);
    expect(quantized.graph.input.map(({ name }) => name)).toEqual(['x']);
    expect(await compare(quantizeDynamic(model).model, quantized)).toBe(Number.POSITIVE_INFINITY);
  });

  it('keeps two products below the 16 bits in which AVX2 adds them', () => {
    // Rows are summed: w[k][n] meets w[k + 1][n] for even k. Its largest stand alone, as they mostly do.
    // In every other column all are of one sign: nothing takes off what two make together.
    const weights = wave(4096)
      .map((value, at) => (at % 320 < 64 ? 3 * value : value))
      .map((value, at) => (at % 2 === 0 ? Math.abs(value) : value));
    const model = around([4, 64], (g, x) =>
      g.node('MatMul', [x, g.constant('w', [64, 64], weights)]),
    );
    const stored = (bits: 7 | 8) => {
      const { graph } = quantizeDynamic(model, { weightBits: bits }).model;
      const { rawData } = graph.initializer.find(({ name }) => name === 'w.int8')!;
      return Array.from(new Int8Array(rawData!));
    };
    const largestSum = (values: readonly number[]): number => {
      const evenRow = (_: number, at: number) => Math.floor(at / 64) % 2 === 0;
      const [even, odd] = [
        values.filter(evenRow),
        values.filter((value, at) => !evenRow(value, at)),
      ];
      const most = (sign: number) =>
        even.map(
          (value, at) => 255 * (Math.max(0, sign * value) + Math.max(0, sign * (odd[at] ?? 0))),
        );
      return Math.max(...most(1), ...most(-1));
    };
    const values = stored(7);
    expect(largestSum(values)).toBeLessThan(2 ** 15);
    expect(largestSum(stored(8))).toBeGreaterThan(2 ** 15);
    expect(Math.max(...values)).toBeGreaterThan(90);
    expect(Math.max(...stored(8))).toBe(127);
  });
});

describe('dynamic quantisation beside layers', () => {
  itUnless(noSharedData)(
    'takes LSTMs in branches along, and silero hears the same speech',
    async () => {
      const file = sharedModels.find(({ name }) => name.startsWith('silero'))!;
      const model = readModel(file.bytes());
      const { model: quantized, report } = quantizeDynamic(model);
      expect(report.changed.filter(({ op }) => op === 'LSTM')).toHaveLength(4);
      expect(concat(writeModel(quantized)).length).toBeLessThan(0.31 * file.bytes().length);
      const dataset = sileroDataset();
      const [before, after] = [
        await runDataset(model, dataset),
        await runDataset(quantized, dataset),
      ];
      const [share, kept] = [speechShare(before.output!), speechShare(after.output!)];
      expect(share).toBeCloseTo(0.774, 3);
      expect(Math.abs(kept - share)).toBeLessThan(0.02);
    },
  );

  it.each(['forward', 'reverse', 'bidirectional'])(
    'turns an LSTM that goes %s',
    async (direction) => {
      const directions = direction === 'bidirectional' ? 2 : 1;
      const g = graphBuilder('recurrent', { opset: 17 });
      const x = g.input('x', 'float32', [5, 3, 24]);
      const w = g.constant('w', [directions, 64, 24], wave(directions * 64 * 24, 0.3));
      const r = g.constant('r', [directions, 64, 16], wave(directions * 64 * 16, 0.3));
      const b = g.constant('b', [directions, 128], wave(directions * 128, 0.1));
      g.nodes('LSTM', [x, w, r, b], ['y', 'h', 'c'], { direction, hidden_size: 16 });
      for (const name of ['y', 'h', 'c']) g.output(name, 'float32');
      const model = g.build();
      const { model: quantized } = quantizeDynamic(model);
      expect(ops(quantized)).toEqual(['DynamicQuantizeLSTM']);
      expect(await compare(model, quantized)).toBeGreaterThan(30);
    },
  );

  it('stores what a bidirectional GRU weighs with, a scale per direction, gate and unit', async () => {
    const g = graphBuilder('recurrent', { opset: 17 });
    const x = g.input('x', 'float32', [5, 3, 24]);
    // One direction a thousandth of the other: a scale for both would leave it no bits.
    const scaled = (count: number) =>
      wave(2 * count, 0.3).map((value, at) => (at < count ? value / 1000 : value));
    const w = g.constant('w', [2, 48, 24], scaled(48 * 24));
    const r = g.constant('r', [2, 48, 16], scaled(48 * 16));
    g.nodes('GRU', [x, w, r], ['y', 'h'], { direction: 'bidirectional', hidden_size: 16 });
    for (const name of ['y', 'h']) g.output(name, 'float32');
    const model = g.build();
    const { model: quantized, report } = quantizeDynamic(model);
    expect(report.changed.map(({ op }) => op)).toEqual(['GRU']);
    const stored = quantized.graph.initializer.map(({ name, dims }) => [name, ...dims.map(Number)]);
    expect(stored).toContainEqual(['w.int8', 2, 48, 24]);
    expect(stored).toContainEqual(['w.scales', 2, 48, 1]);
    expect(await compare(model, quantized)).toBeGreaterThan(40);
  });

  it('stores an embedding in 8 bits with a scale per row', async () => {
    // One row a thousand times the others: a single scale would leave those no bits.
    const table = wave(64 * 32).map((value, at) => (at < 32 ? value * 1000 : value));
    const g = graphBuilder('words', { opset: 17 });
    const ids = g.input('x', 'int64', [2, 3]);
    g.output(g.node('Gather', [g.constant('w', [64, 32], table), ids], {}, 'y'), 'float32');
    const model = g.build();
    const { model: quantized } = quantizeDynamic(model);
    expect(ops(quantized)).toEqual(['Gather', 'Gather', 'Cast', 'Mul']);
    const x = new Tensor('int64', BigInt64Array.of(1n, 63n, -1n, 7n, 8n, 9n), [2, 3]);
    const [a, after] = [await runModel(model, { x }), await runModel(quantized, { x })];
    expect(signalToNoise(a.y!, after.y!)).toBeGreaterThan(40);
  });
});
