import { describe, expect, it } from 'vitest';
import {
  feedShapes,
  randomFeeds,
  runModel,
  sharedModels,
  signalToNoise,
} from '../../../../../tests/support/onnx-models.ts';
import { noSharedData } from '../../../../../tests/support/shared-data.ts';
import { itUnless } from '../../../../../tests/support/skip.ts';
import { float, type GraphBuilder, graphBuilder } from '../../build/index.ts';
import { inspectModel, opsetVersion } from '../../graph/index.ts';
import { unreadInitializers } from '../../pass/unread.fixture.ts';
import { dataTypes } from '../../tensor/index.ts';
import { concat, type Model, readModel, writeModel } from '../../wire/index.ts';
import { fromBlocks } from './blocks.ts';
import { quantizeWeights4 } from './quantize-weights4.ts';
import { roundSearched } from './round.ts';

const wave = (count: number, scale = 1): Float32Array =>
  Float32Array.from({ length: count }, (_, at) => Math.sin(at * 1.7) * scale + 0.2);
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

describe('weights in 4 bits', () => {
  const forms = (['matmulnbits', 'qdq'] as const).flatMap((form) =>
    sharedModels.map((file) => ({ ...file, form })),
  );

  itUnless(noSharedData).each(forms)(
    '$name runs with the same inputs and outputs in form $form, or is skipped with a reason',
    async ({ name, bytes, form }) => {
      const model = readModel(bytes(), { name });
      const { model: quantized, report } = quantizeWeights4(model, { form });
      if (report.skipped) {
        expect(['lgbm-classifier.onnx', 'xgboost-regressor.onnx']).toContain(name);
        expect(quantized).toBe(model);
        return;
      }
      expect(unreadInitializers(quantized)).toEqual(unreadInitializers(model));
      expect(inspectModel(quantized).inputs).toEqual(inspectModel(model).inputs);
      expect(concat(writeModel(quantized)).length).toBeLessThan(0.75 * bytes().length);
      const feeds = randomFeeds(model, feedShapes[name]);
      const [before, after] = [await runModel(model, feeds), await runModel(quantized, feeds)];
      for (const [output, tensor] of Object.entries(before))
        expect([output, after[output]!.dims]).toEqual([output, tensor.dims]);
    },
  );

  describe.each([
    { block: 32, symmetric: true },
    { block: 64, symmetric: true },
    { block: 128, symmetric: false },
    { block: 32, symmetric: false },
  ] as const)('in blocks of $block, symmetric $symmetric', (options) => {
    // 100 is no multiple of a block, 7 rows and 3 blocks no multiple of 2.
    const weights = wave(7 * 100, 3);

    it('are what ONNX Runtime multiplies with in MatMulNBits', async () => {
      const model = around([100, 100], (g, x) =>
        g.node('MatMul', [x, g.constant('w', [100, 7], transposed(weights, 7))]),
      );
      const { model: quantized } = quantizeWeights4(model, options);
      expect(ops(quantized)).toEqual(['MatMulNBits', 'Identity']);
      const format = { size: options.block, symmetric: options.symmetric, signed: true };
      const wanted = fromBlocks(roundSearched(weights, 100, format));
      const feeds = randomFeeds(model);
      const x = feeds.x!.data as Float32Array;
      x.fill(0);
      for (let at = 0; at < 100; at++) x[at * 101] = 1;
      const { y } = await runModel(quantized, feeds);
      expect(transposed(y!.data as Float32Array, 100)).toEqual(wanted.map((value) => value + 0));
    });

    it.each(['MatMul', 'Gemm', 'Conv 1x1', 'Conv 3x3', 'ConvTranspose'])(
      'answer the same from DequantizeLinear as from the weights it gives: %s',
      async (kind) => {
        const model = layerOf(kind, 21);
        const { model: quantized } = quantizeWeights4(model, { ...options, form: 'qdq' });
        expect(ops(quantized)).toContain('DequantizeLinear');
        expect(quantized.graph.node.every(({ domain }) => !domain)).toBe(true);
        expect(await compare(model, quantized)).toBeGreaterThan(options.block === 128 ? 12 : 18);
      },
    );
  });

  it('reads weights of convolutions by the DequantizeLinear of ONNX Runtime below opset 21', async () => {
    const model = layerOf('Conv 3x3', 11);
    const { model: quantized } = quantizeWeights4(model);
    expect(ops(quantized)).toEqual(['DequantizeLinear', 'Reshape', 'Conv', 'Identity']);
    expect(quantized.graph.node[0]!.domain).toBe('com.microsoft');
    expect(Number(quantized.irVersion)).toBe(10);
    expect(await compare(model, quantized)).toBeGreaterThan(18);
  });

  const matrix = (g: GraphBuilder) => g.constant('w', [64, 48], wave(64 * 48));
  it.each<[string, number[], (g: GraphBuilder, x: string) => string]>([
    [
      'a Gemm with a factor on its bias',
      [4, 64],
      (g, x) => {
        const bias = g.constant('c', [48], wave(48, 3));
        return g.node('Gemm', [x, matrix(g), bias], { beta: float(0.5) });
      },
    ],
    [
      'a Gemm of data that is transposed',
      [64, 4],
      (g, x) => g.node('Gemm', [x, matrix(g)], { transA: 1 }),
    ],
    [
      'a Gemm of whole rows',
      [4, 11],
      (g, x) =>
        g.node('Gemm', [x, g.constant('w', [11, 60], wave(660)), g.constant('c', [60], wave(60))], {
          beta: float(3),
        }),
    ],
    ['a MatMul of a vector', [64], (g, x) => g.node('MatMul', [x, matrix(g)])],
    ['a MatMul of a vector behind its weights', [48], (g, x) => g.node('MatMul', [matrix(g), x])],
    [
      'weights that two read',
      [64, 64],
      (g, x) => {
        const weights = matrix(g);
        const a = g.node('Gemm', [x, weights], { transA: 1 });
        return g.node('Add', [a, g.node('MatMul', [x, weights])]);
      },
    ],
  ])('below opset 21 too, what MatMulNBits does not do runs: %s', async (_, shape, body) => {
    for (const opset of [11, 17, 21]) {
      const model = around(shape, body, opset);
      const { model: quantized, report } = quantizeWeights4(model);
      expect(report.changed.length).toBeGreaterThan(0);
      expect(await compare(model, quantized)).toBeGreaterThan(18);
    }
  });

  it('lowers Gemm with transB, alpha and bias to MatMulNBits and Add', async () => {
    const model = around([4, 64], (g, x) => {
      const [w, c] = [g.constant('w', [32, 64], wave(2048)), g.constant('c', [32], wave(32, 3))];
      return g.node('Gemm', [x, w, c], { transB: 1, alpha: float(-0.5) });
    });
    const { model: quantized } = quantizeWeights4(model);
    expect(ops(quantized)).toEqual(['MatMulNBits', 'Add', 'Identity']);
    expect(await compare(model, quantized)).toBeGreaterThan(18);
  });

  it.each([true, false])('looks embeddings up in 4 bits, symmetric %s', async (symmetric) => {
    const table = wave(50 * 48);
    const g = graphBuilder('words', { opset: 17 });
    const ids = g.input('x', 'int64', [6]);
    g.output(g.node('Gather', [g.constant('w', [50, 48], table), ids], {}, 'y'), 'float32');
    const model = g.build();
    const { model: quantized } = quantizeWeights4(model, { symmetric });
    expect(ops(quantized)).toEqual(['GatherBlockQuantized']);
    const feeds = randomFeeds(model);
    (feeds.x!.data as BigInt64Array).set([0n, 49n, 7n, 7n, -1n, 20n]);
    const [a, b] = [await runModel(model, feeds), await runModel(quantized, feeds)];
    expect(signalToNoise(a.y!, b.y!)).toBeGreaterThan(20);
  });

  it('stores weights once that two layers read', async () => {
    const model = around([64, 64], (g, x) => {
      const w = g.constant('w', [64, 64], wave(4096, 0.2));
      return g.node('MatMul', [g.node('MatMul', [x, w]), w]);
    });
    const { model: quantized } = quantizeWeights4(model);
    expect(quantized.graph.initializer.map(({ name }) => name)).toEqual([
      'w.int4',
      'w.scales',
      'w.zeros',
    ]);
    expect(await compare(model, quantized)).toBeGreaterThan(14);
  });

  it('rounds weights that two layers read for the inputs of both', () => {
    const model = around([64, 64], (g, x) => {
      const w = g.constant('w', [64, 64], wave(4096, 0.2));
      return g.node('MatMul', [g.node('MatMul', [x, w]), w]);
    });
    const seen = (scale: number) => {
      const diagonal = new Float64Array(64).fill(scale);
      const full = new Float64Array(64 * 64).fill(scale / 2);
      for (let at = 0; at < 64; at++) full[at * 65] = scale;
      return { size: 64, rows: 10, diagonal, full };
    };
    const moments = new Map([
      ['MatMul_0', seen(1)],
      ['MatMul_1', seen(3)],
    ]);
    const { graph } = quantizeWeights4(model, { moments }).model;
    expect(graph.initializer).toHaveLength(3);
    const both = new Map([...moments].map(([name]) => [name, seen(2)]));
    expect(quantizeWeights4(model, { moments: both }).model.graph.initializer).toEqual(
      graph.initializer,
    );
  });

  it('leaves small layers and those it was asked to keep, and says why', () => {
    const model = around([4, 64], (g, x) => {
      const a = g.node('MatMul', [x, g.constant('a', [64, 64], wave(4096))], {}, 'kept');
      return g.node('MatMul', [a, g.constant('b', [64, 4], wave(256))]);
    });
    const { report, model: same } = quantizeWeights4(model, { keepNodes: ['kept'] });
    expect(same).toBe(model);
    expect(report.left.map(({ reason }) => reason)).toEqual([
      'asked for',
      'its weights b are only 256: storing scales costs more than it saves',
    ]);
  });

  it('raises a model to opset 21 for its portable form', async () => {
    const model = layerOf('Conv 3x3', 11);
    const { model: quantized } = quantizeWeights4(model, { form: 'qdq' });
    expect(opsetVersion(quantized)).toBe(21);
    expect(await compare(model, quantized)).toBeGreaterThan(18);
  });

  it('stores 4 bits a weight and a scale a block', () => {
    const model = around([1, 1024], (g, x) =>
      g.node('MatMul', [x, g.constant('w', [1024, 256], wave(1024 * 256))]),
    );
    const { model: quantized } = quantizeWeights4(model, { block: 64, symmetric: true });
    const [codes, scales] = quantized.graph.initializer;
    expect(codes).toMatchObject({ dataType: dataTypes.uint8, dims: [256, 16, 32] });
    expect(codes!.rawData!.length).toBe((1024 * 256) / 2);
    expect(scales!.rawData!.length).toBe((1024 / 64) * 256 * 4);
  });
});

function layerOf(kind: string, opset: number): Model {
  const image = [1, 40, 6, 6];
  switch (kind) {
    case 'MatMul':
      return around(
        [3, 100],
        (g, x) => g.node('MatMul', [x, g.constant('w', [100, 7], wave(700))]),
        opset,
      );
    case 'Gemm':
      return around(
        [3, 100],
        (g, x) =>
          g.node('Gemm', [x, g.constant('w', [7, 100], wave(700))], { transB: 1, alpha: float(2) }),
        opset,
      );
    case 'Conv 1x1':
      return around(
        image,
        (g, x) => g.node('Conv', [x, g.constant('w', [16, 40, 1, 1], wave(640))]),
        opset,
      );
    case 'Conv 3x3':
      return around(
        image,
        (g, x) => g.node('Conv', [x, g.constant('w', [8, 40, 3, 3], wave(2880))]),
        opset,
      );
    default:
      return around(
        image,
        (g, x) => g.node('ConvTranspose', [x, g.constant('w', [40, 8, 2, 2], wave(1280))]),
        opset,
      );
  }
}

function transposed(values: Float32Array, rows: number): Float32Array {
  const columns = values.length / rows;
  return values.map((_, at) => values[(at % rows) * columns + Math.floor(at / rows)]!);
}
