import { isSelvedgeError } from '@selvedge/core/errors';
import { Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { executedOps } from '../../../../../tests/support/executed-ops.ts';
import {
  randomFeeds,
  runModel,
  sharedModels,
  signalToNoise,
} from '../../../../../tests/support/onnx-models.ts';
import { noSharedData } from '../../../../../tests/support/shared-data.ts';
import { itUnless } from '../../../../../tests/support/skip.ts';
import {
  float,
  type GraphBuilder,
  graphBuilder,
  makeModel,
  makeNode,
  makeTensor,
  makeValueInfo,
} from '../../build/index.ts';
import { inspectModel, intAttribute } from '../../graph/index.ts';
import { floatValues, integerValues } from '../../tensor/index.ts';
import { concat, type Model, make, readModel, writeModel } from '../../wire/index.ts';
import { observableValues } from './observable-values.ts';
import type { StaticOptions } from './options.ts';
import { prepareStatic } from './prepare.ts';
import { quantizeStatic } from './quantize-static.ts';
import { rangesOf } from './ranges-of.fixture.ts';

const wave = (count: number, scale = 1, phase = 0): Float32Array =>
  Float32Array.from({ length: count }, (_, at) => Math.sin(at * 1.7 + phase) * scale);

function around(
  shape: (number | string)[],
  body: (g: GraphBuilder, x: string) => string,
  opset = 17,
): Model {
  const g = graphBuilder('small', { opset });
  const x = g.input('x', 'float32', shape);
  g.output(body(g, x), 'float32');
  return g.build();
}

const conv = (
  g: GraphBuilder,
  x: string,
  name: string,
  [outputs, inputs, side]: [number, number, number],
  attributes = {},
): string =>
  g.node(
    'Conv',
    [
      x,
      g.constant(
        `${name}.weight`,
        [outputs, inputs, side, side],
        wave(outputs * inputs * side ** 2),
      ),
      g.constant(`${name}.bias`, [outputs], wave(outputs, 0.3, 1)),
    ],
    { pads: [side >> 1, side >> 1, side >> 1, side >> 1], ...attributes },
  );

async function quantized(model: Model, options: StaticOptions = {}) {
  const result = quantizeStatic(model, await rangesOf(model, options), options);
  expect(result.report.skipped).toBeUndefined();
  const feeds = randomFeeds(model, {}, 9);
  const [before, after] = [await runModel(model, feeds), await runModel(result.model, feeds)];
  const [name] = Object.keys(before) as [string];
  expect(after[name]!.dims).toEqual(before[name]!.dims);
  return { ...result, db: signalToNoise(before[name]!, after[name]!) };
}

const residual = around([1, 3, 12, 12], (g, x) => {
  const a = g.node('Relu', [conv(g, x, 'a', [8, 3, 3])]);
  const b = g.node('Clip', [
    conv(g, a, 'b', [8, 1, 3], { group: 8 }),
    g.constant('low', [], Float32Array.of(0)),
    g.constant('high', [], Float32Array.of(6)),
  ]);
  const c = g.node('Relu', [g.node('Add', [a, conv(g, b, 'c', [8, 8, 1])])]);
  const joined = g.node('Concat', [c, conv(g, c, 'd', [4, 8, 3])], { axis: 1 });
  const pooled = g.node('MaxPool', [joined], { kernel_shape: [2, 2], strides: [2, 2] });
  const mean = g.node('GlobalAveragePool', [g.node('LeakyRelu', [pooled], { alpha: 0.1 })]);
  const flat = g.node('Flatten', [mean], { axis: 1 });
  return g.node('Gemm', [
    flat,
    g.constant('f', [12, 5], wave(60)),
    g.constant('f.bias', [5], wave(5)),
  ]);
});

describe('static quantisation', () => {
  it('stores embeddings and what recurrent layers weigh with in 8 bits', async () => {
    const g = graphBuilder('words', { opset: 17 });
    const ids = g.input('ids', 'int64', [4, 1]);
    const rows = g.node('Gather', [g.constant('table', [64, 32], wave(2048)), ids]);
    const [w, r] = [
      g.constant('w', [1, 48, 32], wave(1536)),
      g.constant('r', [1, 48, 16], wave(768)),
    ];
    g.nodes('GRU', [rows, w, r], ['', 'last'], { hidden_size: 16 });
    const state = g.node('Squeeze', ['last', g.constant('axes', [1], BigInt64Array.of(0n))]);
    const scores = g.node('MatMul', [state, g.constant('m', [16, 64], wave(1024))], {}, 'y');
    g.output(scores, 'float32');
    const model = g.build();
    const feeds = { ids: new Tensor('int64', BigInt64Array.of(1n, 63n, 5n, 9n), [4, 1]) };
    const ranges = await rangesOf(model, {}, [feeds]);
    const { model: quantized, report } = quantizeStatic(model, ranges);
    expect(report.changed.map(({ op }) => op)).toEqual(
      expect.arrayContaining(['MatMul', 'GRU', 'Gather']),
    );
    const names = quantized.graph.initializer.map(({ name }) => name);
    for (const name of ['table', 'w', 'r', 'm']) expect(names).not.toContain(name);
    const [before, after] = [await runModel(model, feeds), await runModel(quantized, feeds)];
    expect(signalToNoise(before.y!, after.y!)).toBeGreaterThan(25);
  });

  it('gives a graph that ONNX Runtime runs in integers throughout', async () => {
    const { model, db } = await quantized(residual);
    expect(await executedOps(model)).toEqual({
      QuantizeLinear: 1,
      QLinearConv: 4,
      'com.microsoft:QLinearAdd': 1,
      'com.microsoft:QLinearConcat': 1,
      MaxPool: 1,
      'com.microsoft:QLinearLeakyRelu': 1,
      'com.microsoft:QLinearGlobalAveragePool': 1,
      Flatten: 1,
      'com.microsoft:QGemm': 1,
      DequantizeLinear: 1,
    });
    expect(db).toBeGreaterThan(30);
  });

  it('stores weights per output channel and biases at the products’ scale', async () => {
    const { model } = await quantized(residual);
    const { graph } = model;
    const tensor = (name: string) => graph.initializer.find((entry) => entry.name === name)!;
    const behind = (name: string) => graph.node.find(({ output }) => output[0] === name)!;
    for (const node of graph.node.filter(({ opType }) => opType === 'Conv')) {
      const [x, w, b] = node.input.map(behind);
      expect(intAttribute(w!, 'axis')).toBe(0);
      const [stored, scales, zeros] = w!.input.map(tensor);
      expect([stored!.dataType, zeros!.dataType]).toEqual([3, 3]);
      expect(scales!.dims).toEqual([stored!.dims[0]]);
      expect(integerValues(zeros!).every((zero) => zero === 0)).toBe(true);
      const [inputScale] = floatValues(tensor(x!.input[1]!));
      expect(tensor(b!.input[0]!).dataType).toBe(6);
      const products = floatValues(scales!).map((scale) => scale * inputScale!);
      expect(floatValues(tensor(b!.input[1]!))).toEqual(products);
    }
    const names = graph.initializer.map(({ name }) => name);
    expect(names.filter((name) => name?.includes('.weight') && !name.includes('.weight.'))).toEqual(
      [],
    );
  });

  it('loads where ONNX Runtime turns weights into uint8, as it does for processors without VNNI', async () => {
    const { model } = await quantized(residual);
    const extra = { session: { x64quantprecision: '1' } };
    const feeds = randomFeeds(residual, {}, 9);
    const [plain, exact] = [await runModel(model, feeds), await runModel(model, feeds, { extra })];
    const [a, b] = [Object.values(plain)[0]!, Object.values(exact)[0]!];
    expect(signalToNoise(a, b)).toBeGreaterThan(30);
  });

  it('makes what only a Concat reads in its scale, and leaves other readers theirs', async () => {
    const model = around([1, 4, 6, 6], (g, x) => {
      const alone = conv(g, x, 'a', [4, 4, 1]);
      const shared = conv(g, x, 'b', [4, 4, 1]);
      const joined = g.node('Concat', [alone, shared], { axis: 1 }, 'joined');
      return g.node('Concat', [conv(g, joined, 'c', [4, 8, 1]), conv(g, shared, 'd', [4, 4, 1])], {
        axis: 1,
      });
    });
    const { model: changed } = await quantized(model);
    const scaleOf = (value: string) =>
      changed.graph.node.find(({ output }) => output[0] === value)!.input[1];
    const first = changed.graph.node.find(({ output }) => output[0]?.startsWith('joined.float'))!;
    const [alone, shared] = first.input.map(scaleOf);
    expect(alone).toBe(scaleOf('joined'));
    expect(shared).not.toBe(alone);
  });

  it('lets decomposed activations and normalisations be', async () => {
    const model = around([4, 16], (g, x) => {
      const y = g.node('MatMul', [x, g.constant('w', [16, 16], wave(256))]);
      const half = g.constant('half', [], Float32Array.of(0.5));
      const cube = g.node('Mul', [y, g.node('Mul', [y, y])]);
      const gate = g.node('Tanh', [g.node('Add', [y, g.node('Mul', [half, cube])])]);
      const gelu = g.node('Mul', [y, g.node('Add', [gate, half])]);
      return g.node('MatMul', [gelu, g.constant('v', [16, 8], wave(128))]);
    });
    const { report, db } = await quantized(model);
    expect(report.changed.map(({ op }) => op)).toEqual(['MatMul', 'MatMul']);
    expect(db).toBeGreaterThan(25);
  });

  it.each<[string, () => Model, Record<string, number>]>([
    [
      'Gemm with factors and a transposed B',
      () =>
        around([3, 12], (g, x) =>
          g.node(
            'Gemm',
            [x, g.constant('w', [7, 12], wave(84)), g.constant('b', [1, 7], wave(7))],
            { transB: 1, alpha: float(0.5), beta: float(2) },
          ),
        ),
      { 'com.microsoft:QGemm': 1 },
    ],
    [
      'MatMul and its bias',
      () =>
        around([3, 12], (g, x) =>
          g.node('Add', [
            g.node('MatMul', [x, g.constant('w', [12, 7], wave(84))]),
            g.constant('b', [7], wave(7)),
          ]),
        ),
      { 'com.microsoft:QGemm': 1 },
    ],
    [
      'MatMul of two computed values',
      () =>
        around([2, 6, 6], (g, x) =>
          g.node('MatMul', [x, g.node('Transpose', [x], { perm: [0, 2, 1] })]),
        ),
      { QLinearMatMul: 1, Transpose: 1 },
    ],
    [
      'a convolution over time',
      () =>
        around([1, 4, 20], (g, x) =>
          g.node('Conv', [x, g.constant('w', [6, 4, 3], wave(72))], { strides: [2] }),
        ),
      { QLinearConv: 1 },
    ],
    [
      'BatchNormalization behind a convolution',
      () =>
        around([1, 3, 8, 8], (g, x) =>
          g.node('BatchNormalization', [
            conv(g, x, 'a', [4, 3, 3]),
            g.constant('scale', [4], Float32Array.of(1, 2, 0.5, 1)),
            g.constant('shift', [4], wave(4)),
            g.constant('mean', [4], wave(4, 1, 2)),
            g.constant('variance', [4], Float32Array.of(1, 2, 3, 4)),
          ]),
        ),
      { QLinearConv: 1 },
    ],
    [
      'an old model',
      () =>
        around(
          [1, 3, 8, 8],
          (g, x) => g.node('Softmax', [g.node('Flatten', [conv(g, x, 'a', [4, 3, 3])])]),
          9,
        ),
      { QLinearConv: 1, Flatten: 1 },
    ],
  ])('handles %s', async (_, make, ops) => {
    const { model, db } = await quantized(make());
    expect(await executedOps(model)).toMatchObject(ops);
    expect(db).toBeGreaterThan(30);
  });

  it('stores a ConvTranspose’s weights along their second axis', async () => {
    const model = around([1, 6, 5, 5], (g, x) =>
      g.node(
        'ConvTranspose',
        [x, g.constant('w', [6, 2, 3, 3], wave(108)), g.constant('b', [4], wave(4))],
        { strides: [2, 2], group: 2 },
      ),
    );
    const { model: changed, db } = await quantized(model);
    const weights = changed.graph.node.find(({ input }) => input[0] === 'w.int8')!;
    expect(intAttribute(weights, 'axis')).toBe(1);
    expect(db).toBeGreaterThan(30);
  });

  it.each<[string, StaticOptions, number]>([
    ['7-bit weights', { weightBits: 7 }, 25],
    ['one scale per tensor', { perChannel: false }, 25],
    ['16-bit activations', { activationBits: 16 }, 33],
  ])('takes %s', async (_, options, least) => {
    const { db } = await quantized(residual, options);
    expect(db).toBeGreaterThan(least);
  });

  it('has 16 bits in the default domain from opset 21 on', async () => {
    const model = around([1, 3, 8, 8], (g, x) => conv(g, x, 'a', [4, 3, 3]), 21);
    const { model: changed, db } = await quantized(model, { activationBits: 16 });
    expect(inspectModel(changed).opsets).toEqual({ '': 21 });
    expect(db).toBeGreaterThan(40);
  });

  it('keeps asked-for nodes in float, with ranges from before that was asked', async () => {
    const ranges = await rangesOf(residual);
    const names = residual.graph.node.map(({ name, output }) => name || output[0]!);
    for (const kept of names) {
      const { model, report } = quantizeStatic(residual, ranges, { keepNodes: [kept] });
      expect(
        report.left.filter(({ reason }) => reason === 'asked for').map(({ node }) => node),
      ).toContain(kept);
      const feeds = randomFeeds(residual, {}, 9);
      const [a, b] = [await runModel(residual, feeds), await runModel(model, feeds)];
      expect(signalToNoise(Object.values(a)[0]!, Object.values(b)[0]!)).toBeGreaterThan(25);
    }
  });

  it('leaves branches alone, and a value that they and a layer read in float for them', async () => {
    const branch = (op: string) =>
      make('GraphProto', {
        name: op,
        node: [makeNode(op, ['c'], [`${op}.y`])],
        output: [makeValueInfo(`${op}.y`, 'float32')],
      });
    const graph = make('GraphProto', {
      name: 'choice',
      node: [
        makeNode('Conv', ['x', 'w'], ['c'], {}, { name: 'conv' }),
        makeNode('ReduceMax', ['x'], ['most'], { keepdims: 0 }),
        makeNode('Greater', ['most', 'limit'], ['large']),
        makeNode('If', ['large'], ['y'], {
          then_branch: { graph: branch('Neg') },
          else_branch: { graph: branch('Abs') },
        }),
      ],
      initializer: [
        makeTensor('w', [2, 3, 1, 1], wave(6)),
        makeTensor('limit', [], Float32Array.of(0)),
      ],
      input: [makeValueInfo('x', 'float32', [1, 3, 4, 4])],
      output: [makeValueInfo('y', 'float32')],
    });
    const { report, db } = await quantized(makeModel(graph, { opset: 17 }));
    expect(report.left).toEqual([{ node: 'y', op: 'If', reason: 'its branches stay as they are' }]);
    expect(report.changed.map(({ op }) => op)).toEqual(['Conv']);
    expect(db).toBeGreaterThan(20);
  });

  it('gives a channel of nearly nothing a scale that its bias fits', async () => {
    const weights = wave(2 * 3).map((value, at) => (at < 3 ? value * 1e-12 : value));
    const model = around([1, 3, 4, 4], (g, x) =>
      g.node('Conv', [
        x,
        g.constant('w', [2, 3, 1, 1], weights),
        g.constant('b', [2], Float32Array.of(50, 0.5)),
      ]),
    );
    expect((await quantized(model)).db).toBeGreaterThan(40);
  });

  it('is the same every time, and prepares what is prepared no further', async () => {
    const ranges = await rangesOf(residual);
    const bytes = () => concat(writeModel(quantizeStatic(residual, ranges).model));
    expect(bytes()).toEqual(bytes());
    const once = prepareStatic(residual) as Model;
    expect(concat(writeModel(prepareStatic(once) as Model))).toEqual(concat(writeModel(once)));
    expect(observableValues(once)).toEqual(observableValues(residual));
  });

  it('says which range is missing, or is none', async () => {
    const ranges = new Map(await rangesOf(residual));
    const refusal = (given: ReadonlyMap<string, { min: number; max: number }>): string => {
      try {
        quantizeStatic(residual, given);
      } catch (error) {
        if (isSelvedgeError(error)) return `${error.code}: ${error.message}`;
      }
      return 'nothing';
    };
    const [first] = ranges.keys() as Iterable<string> as [string];
    const name = [...ranges.keys()][0] ?? first;
    expect(refusal(new Map([...ranges].slice(1)))).toBe(
      `usage: no range is given for the value ${name}`,
    );
    expect(refusal(new Map([...ranges, [name, { min: 0, max: Number.NaN }]]))).toBe(
      `usage: the range of ${name} is 0 to NaN`,
    );
  });

  itUnless(noSharedData)('skips what has no layer, with a reason', () => {
    const skippedOf = (file: string) => {
      const { bytes } = sharedModels.find(({ name }) => name === file)!;
      return quantizeStatic(readModel(bytes()), new Map()).report.skipped;
    };
    expect(skippedOf('xgboost-regressor.onnx')).toMatch(
      /no operators of the default domain|no layer/,
    );
    expect(skippedOf('silero-vad-v6.2.onnx')).toContain('its branches stay as they are');
  });
});
