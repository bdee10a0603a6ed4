import { Tensor } from 'onnxruntime-node';
import { describe, expect, it, vi } from 'vitest';
import {
  gtcrnDataset,
  pitchDataset,
  sileroDataset,
  speechShare,
} from '../../../../tests/support/audio.ts';
import {
  feedShapes,
  randomFeeds,
  runModel,
  sharedModels,
  signalToNoise,
} from '../../../../tests/support/onnx-models.ts';
import { decibels, runDataset } from '../../../../tests/support/run-dataset.ts';
import { noSharedData } from '../../../../tests/support/shared-data.ts';
import { itUnless } from '../../../../tests/support/skip.ts';
import {
  type GraphBuilder,
  graphBuilder,
  makeModel,
  makeNode,
  makeTensor,
  makeValueInfo,
} from '../build/index.ts';
import { exposeValues, inspectModel } from '../graph/index.ts';
import { unreadInitializers } from '../pass/unread.fixture.ts';
import { dataTypes, fromFloat16Array, toFloat16Array } from '../tensor/index.ts';
import { concat, type Model, make, readModel, writeModel } from '../wire/index.ts';
import { toFloat16 } from './convert.ts';
import { float16Values } from './float16-values.ts';

// ONNX Runtime's native binding reads a Float16Array as empty; where there is none it takes bits.
vi.stubGlobal('Float16Array', undefined);

const wave = (count: number, scale = 1): Float32Array =>
  Float32Array.from({ length: count }, (_, at) => Math.sin(at * 1.7) * scale);

/** A model of one input [2, 16] around what `body` makes of it. */
function small(body: (g: GraphBuilder, x: string) => string, opset = 17): Model {
  const g = graphBuilder('small', { opset });
  const x = g.input('x', 'float32', [2, 16]);
  const y = body(g, x);
  g.output(g.node('Identity', [y], {}, 'y'), 'float32');
  return g.build();
}
const dense = (g: GraphBuilder, x: string, weights = wave(256)): string =>
  g.node('MatMul', [x, g.constant(`w${x}`, [16, 16], weights)]);
const ops = (model: Model): string[] => model.graph.node.map(({ opType }) => opType!);

async function compare(model: Model, converted: Model): Promise<number> {
  const feeds = randomFeeds(model);
  const [a, b] = [await runModel(model, feeds), await runModel(converted, feeds)];
  expect(b.y!.type).toBe('float32');
  return signalToNoise(a.y!, b.y!);
}

describe('conversion to half precision', () => {
  itUnless(noSharedData).each(sharedModels)(
    '$name still runs, and answers nearly the same, or is skipped with a reason',
    async ({ name, bytes }) => {
      const model = readModel(bytes(), { name });
      const { model: converted, report } = toFloat16(model);
      if (report.skipped) {
        expect(['lgbm-classifier.onnx', 'xgboost-regressor.onnx']).toContain(name);
        expect(converted).toBe(model);
        return;
      }
      expect(unreadInitializers(converted)).toEqual(unreadInitializers(model));
      const facts = inspectModel(converted);
      expect([facts.inputs, facts.outputs]).toEqual([
        inspectModel(model).inputs,
        inspectModel(model).outputs,
      ]);
      expect(concat(writeModel(converted)).length).toBeLessThan(0.9 * bytes().length);
      const feeds = randomFeeds(model, feedShapes[name]);
      const [before, after] = [await runModel(model, feeds), await runModel(converted, feeds)];
      for (const [output, tensor] of Object.entries(before)) {
        expect([output, after[output]!.type, after[output]!.dims]).toEqual([
          output,
          tensor.type,
          tensor.dims,
        ]);
        expect(signalToNoise(tensor, after[output]!)).toBeGreaterThan(25);
      }
    },
  );

  it('keeps inputs and outputs float32, with one cast in and one out', async () => {
    const model = small((g, x) => g.node('Relu', [dense(g, dense(g, x))]));
    const { model: converted, report } = toFloat16(model);
    expect(ops(converted)).toEqual(['Cast', 'MatMul', 'MatMul', 'Relu', 'Identity', 'Cast']);
    expect(converted.graph.initializer.map(({ dataType }) => dataType)).toEqual([
      dataTypes.float16,
      dataTypes.float16,
    ]);
    expect(report.left).toEqual([]);
    expect(await compare(model, converted)).toBeGreaterThan(55);
  });

  it('names weights beyond ±65504 and leaves their node in float32', async () => {
    const model = small((g, x) => dense(g, dense(g, x, wave(256, 1e6))));
    const { model: converted, report } = toFloat16(model);
    expect(report.left).toEqual([
      {
        node: 'MatMul_0',
        op: 'MatMul',
        reason: expect.stringMatching(/^wx holds 1\.00e\+6, beyond ±65504$/),
      },
    ]);
    expect(report.changed.map(({ op }) => op)).toEqual(['MatMul', 'Identity']);
    expect(converted.graph.initializer.find(({ name }) => name === 'wx')!.dataType).toBe(
      dataTypes.float32,
    );
  });

  it('leaves a small constant that would vanish, as the one in x / (x + 1e-9)', async () => {
    const model = small((g, x) => {
      const h = dense(g, x);
      return g.node('Add', [h, g.constant('epsilon', [1], Float32Array.of(1e-9))]);
    });
    const { report } = toFloat16(model);
    expect(report.left).toMatchObject([
      { op: 'Add', reason: 'epsilon holds values that half precision rounds to 0' },
    ]);
  });

  it('converts weights of which some vanish beside larger ones, and says so', () => {
    const weights = wave(256);
    weights.fill(1e-20, 0, 32);
    const { report } = toFloat16(small((g, x) => dense(g, x, weights)));
    expect(report.changed.map(({ op }) => op)).toContain('MatMul');
    expect(report.warnings).toEqual(['wx: 32 of 256 values are below 3e-8 and become 0']);
  });

  it('leaves what adds up, squares, or divides by what may be small', async () => {
    const model = small((g, x) => {
      const h = dense(g, x);
      const mean = g.node('ReduceMean', [h], { axes: [1], keepdims: 1 });
      const centred = g.node('Sub', [h, mean]);
      const deviation = g.node('Sqrt', [
        g.node('ReduceMean', [g.node('Mul', [centred, centred])], { axes: [1] }),
      ]);
      return dense(g, g.node('Div', [centred, deviation]));
    });
    const { model: converted, report } = toFloat16(model);
    expect(report.left.map(({ op }) => op)).toEqual([
      'ReduceMean',
      'Mul',
      'ReduceMean',
      'Sqrt',
      'Div',
    ]);
    expect(await compare(model, converted)).toBeGreaterThan(45);
  });

  it('treats Cast and Resize right: types that nodes name stay what they are', async () => {
    const model = small((g, x) => {
      const image = g.node('Reshape', [
        dense(g, x),
        g.constant('s', [4], BigInt64Array.of(2n, 1n, 4n, 4n)),
      ]);
      const scales = g.constant('scales', [4], Float32Array.of(1, 1, 2, 2));
      const large = g.node('Resize', [image, '', scales], { mode: 'linear' });
      return g.node('Cast', [g.node('Cast', [large], { to: dataTypes.float64 })], {
        to: dataTypes.float32,
      });
    });
    const { model: converted, report } = toFloat16(model);
    expect(report.changed.map(({ op }) => op)).toEqual(['MatMul', 'Reshape', 'Resize']);
    expect(await compare(model, converted)).toBeGreaterThan(50);
  });

  it('converts inside branches, with float32 at their borders', async () => {
    const branch = (name: string, scale: number) =>
      make('GraphProto', {
        name,
        node: [makeNode('MatMul', ['h', `w_${name}`], [`y_${name}`])],
        initializer: [makeTensor(`w_${name}`, [16, 16], wave(256, scale))],
        output: [makeValueInfo(`y_${name}`, 'float32', [2, 16])],
      });
    const model = makeModel(
      make('GraphProto', {
        name: 'choice',
        node: [
          makeNode('MatMul', ['x', 'w'], ['h']),
          makeNode('ReduceSum', ['x'], ['total'], { keepdims: 0 }),
          makeNode('Greater', ['total', 'zero'], ['positive']),
          makeNode('If', ['positive'], ['y'], {
            then_branch: { graph: branch('then', 1) },
            else_branch: { graph: branch('else', 2) },
          }),
        ],
        initializer: [
          makeTensor('w', [16, 16], wave(256)),
          makeTensor('zero', [], Float32Array.of(0)),
        ],
        input: [makeValueInfo('x', 'float32', [2, 16])],
        output: [makeValueInfo('y', 'float32', [2, 16])],
      }),
      { opset: 17 },
    );
    const { model: converted, report } = toFloat16(model);
    expect(report.changed.filter(({ op }) => op === 'MatMul')).toHaveLength(3);
    expect(await compare(model, converted)).toBeGreaterThan(50);
  });

  it('keeps a weight in float32 too where somebody reads it so, and converts shared ones once', async () => {
    const model = small((g, x) => {
      const w = g.constant('w', [16, 16], wave(256));
      const h = g.node('MatMul', [g.node('MatMul', [x, w]), w]);
      return g.node('Add', [h, g.node('ReduceSum', [w], { keepdims: 0 })]);
    });
    const { model: converted } = toFloat16(model);
    expect(converted.graph.initializer.map(({ name, dataType }) => [name, dataType])).toEqual([
      ['w', dataTypes.float32],
      ['w.f16', dataTypes.float16],
    ]);
    expect(await compare(model, converted)).toBeGreaterThan(50);
  });

  it('never replaces a default that a caller may set, nor nodes it was asked to keep', () => {
    const { graph } = small((g, x) => dense(g, x));
    const input = [...graph.input, makeValueInfo('wx', 'float32', [16, 16])];
    const model = makeModel(make('GraphProto', { ...graph, input }), { opset: 17 });
    expect(toFloat16(model).report.skipped).toContain('wx is an input that a caller may set');
    const kept = toFloat16(
      small((g, x) => dense(g, x)),
      { keepNodes: ['MatMul_0'] },
    );
    expect(kept.report.skipped).toContain('asked for');
  });

  it('names activations that overflow on samples and leaves their nodes in float32', () => {
    const model = small((g, x) => g.node('Relu', [dense(g, dense(g, x))]));
    const ranges = new Map([
      ['MatMul_0_out', { min: -9e4, max: 10 }],
      ['MatMul_1_out', { min: -4e4, max: 10 }],
    ]);
    const { report } = toFloat16(model, { ranges });
    expect(report.left.map(({ node, reason }) => [node, reason])).toEqual([
      ['MatMul_0', 'overflows fp16: MatMul_0_out reaches 9.00e+4 on the samples, beyond ±65504'],
      ['MatMul_1', 'overflows fp16: MatMul_0_out reaches 9.00e+4 on the samples, beyond ±65504'],
    ]);
    const near = toFloat16(model, { ranges: new Map([...ranges].slice(1)) });
    expect(near.report.left).toMatchObject([
      { node: 'MatMul_1', reason: expect.stringMatching(/^may overflow fp16: MatMul_1_out/) },
    ]);
  });

  // On the CPU ONNX Runtime computes halves in float32 and sees no overflow: only ranges tell.
  it('keeps in float32 what a run with every half value shown says would overflow', async () => {
    const model = small((g, x) => {
      const grown = dense(g, dense(g, x, wave(256, 3e4)), wave(256, 10));
      return dense(g, grown, wave(256, 1e-4));
    });
    const feeds = randomFeeds(model);
    const names = float16Values(model);
    expect(names).toEqual(['MatMul_0_out', 'MatMul_1_out', 'MatMul_2_out', 'y']);
    const seen = await runModel(exposeValues(model, names), feeds);
    const ranges = new Map(
      Object.entries(seen).map(([name, { data }]) => {
        const values = Array.from(data as Float32Array);
        return [name, { min: Math.min(...values), max: Math.max(...values) }];
      }),
    );
    const { model: converted, report } = toFloat16(model, { ranges });
    expect(report.left[0]!.reason).toMatch(/^overflows fp16: MatMul_\d_out reaches/);
    expect(await compare(model, converted)).toBeGreaterThan(50);
  });

  it('makes inputs and outputs half precision when asked, without a cast between', async () => {
    const model = small((g, x) => g.node('Relu', [dense(g, dense(g, x))]));
    const { model: converted } = toFloat16(model, { keepIo: false });
    expect(ops(converted)).toEqual(['MatMul', 'MatMul', 'Relu', 'Identity', 'Identity']);
    const { inputs, outputs } = inspectModel(converted);
    expect([...inputs, ...outputs].map(({ name, type }) => [name, type])).toEqual([
      ['x', 'float16'],
      ['y', 'float16'],
    ]);
    expect(await compareHalves(model, converted)).toBeGreaterThan(50);
  });

  it('casts half inputs where something inside wants float32, in a branch too', async () => {
    const model = branching();
    const { model: converted } = toFloat16(model, { keepIo: false });
    expect(await compareHalves(model, converted)).toBeGreaterThan(50);
  });

  it('stores recurrent weights in half precision and computes in float32', async () => {
    const g = graphBuilder('recurrent', { opset: 17 });
    const x = g.input('x', 'float32', [2, 1, 16]);
    const w = g.constant('w', [1, 48, 16], wave(48 * 16));
    const r = g.constant('r', [1, 48, 16], wave(48 * 16));
    g.nodes('GRU', [x, w, r], ['y', 'h'], { hidden_size: 16 });
    g.output('y', 'float32');
    const model = g.build();
    const { model: converted, report } = toFloat16(model);
    expect(report.changed.map(({ op }) => op)).toEqual(['GRU']);
    expect(ops(converted)).toEqual(['Cast', 'Cast', 'GRU']);
    expect(await compare(model, converted)).toBeGreaterThan(55);
  });

  it('takes weights along that are transposed before they are read, and tables of rows', async () => {
    const g = graphBuilder('tied', { opset: 17 });
    const ids = g.input('ids', 'int64', [3]);
    const rows = g.node('Gather', [g.constant('table', [64, 16], wave(1024)), ids]);
    const turned = g.node('Transpose', [g.constant('w', [16, 16], wave(256))]);
    g.output(g.node('MatMul', [rows, turned], {}, 'y'), 'float32');
    const { model: converted } = toFloat16(g.build());
    expect(ops(converted)).toEqual(['Gather', 'MatMul', 'Cast']);
    expect(converted.graph.initializer.map(({ dataType }) => dataType)).toEqual([
      dataTypes.float16,
      dataTypes.float16,
    ]);
  });

  it('stores a table once that is an embedding here and a product’s weights there, whatever is tiny in it', async () => {
    const table = wave(1024).map((value, at) => (at === 7 ? 1e-9 : value));
    const g = graphBuilder('tied', { opset: 17 });
    const ids = g.input('ids', 'int64', [3]);
    const tied = g.constant('table', [64, 16], table);
    const rows = g.node('Gather', [tied, ids]);
    g.output(g.node('MatMul', [rows, g.node('Transpose', [tied])], {}, 'y'), 'float32');
    const { model: converted } = toFloat16(g.build());
    expect(converted.graph.initializer.map(({ dataType }) => dataType)).toEqual([
      dataTypes.float16,
    ]);
    expect(ops(converted)).toEqual(['Gather', 'Transpose', 'MatMul', 'Cast']);
  });

  it('lets a bound beyond ±65504 be infinite, and tells of weights that hardware may flush', async () => {
    const model = small((g, x) => {
      const bounds = [0, 3.4e38].map((value, at) =>
        g.constant(`b${at}`, [], Float32Array.of(value)),
      );
      const weights = wave(256).map((value, at) => (at % 2 === 0 ? value : 3e-5));
      return g.node('Clip', [dense(g, x, weights), ...bounds]);
    });
    const { model: converted, report } = toFloat16(model);
    expect(report.left.map(({ op }) => op)).not.toContain('Clip');
    expect(report.warnings[0]).toMatch(/^wx: 128 of 256 values are below 6\.1e-5, which hardware/);
    expect(await compare(model, converted)).toBeGreaterThan(20);
  });

  itUnless(noSharedData).each([
    ['silero-vad-v6.2', sileroDataset, 60],
    ['gtcrn', () => gtcrnDataset(200), 50],
    ['basic-pitch', () => pitchDataset(3), 35],
  ] as const)('%s hears in half precision what it heard', async (name, dataset, least) => {
    const model = readModel(sharedModels.find((file) => file.name === `${name}.onnx`)!.bytes());
    const { model: converted } = toFloat16(model);
    const data = dataset();
    const [before, after] = [await runDataset(model, data), await runDataset(converted, data)];
    for (const { name: output } of inspectModel(model).outputs.filter(
      (found) => !Object.keys(data.sequence?.feeds ?? {}).includes(found.name),
    ))
      expect(decibels(before[output]!, after[output]!)).toBeGreaterThan(least);
    if (name !== 'silero-vad-v6.2') return;
    expect(speechShare(before.output!)).toBeCloseTo(0.7744, 4);
    expect(Math.abs(speechShare(after.output!) - speechShare(before.output!))).toBeLessThan(0.005);
  });
});

/** Runs two models, the second with half inputs and outputs. */
async function compareHalves(model: Model, converted: Model): Promise<number> {
  const feeds = randomFeeds(model);
  const halves = Object.fromEntries(
    Object.entries(feeds).map(([name, { data, dims, type }]) => [
      name,
      type === 'float32'
        ? new Tensor('float16', toFloat16Array(data as Float32Array), dims)
        : feeds[name]!,
    ]),
  );
  const [a, b] = [await runModel(model, feeds), await runModel(converted, halves)];
  expect(b.y!.type).toBe('float16');
  const floats = fromFloat16Array(b.y!.data as unknown as Uint16Array);
  return signalToNoise(a.y!, new Tensor('float32', floats, b.y!.dims));
}

/** x through a branch that reads it in float32 (Exp) and in a MatMul; the condition is an input. */
function branching(): Model {
  const side = (name: string, op: string) =>
    make('GraphProto', {
      name,
      node: [
        makeNode('MatMul', ['x', 'w'], [`${name}.product`]),
        makeNode(op, ['x'], [`${name}.other`]),
        makeNode('Add', [`${name}.product`, `${name}.other`], [`${name}.sum`]),
      ],
      output: [makeValueInfo(`${name}.sum`, 'float32', [2, 16])],
    });
  const choice = makeNode('If', ['yes'], ['y'], {
    then_branch: { graph: side('then', 'Exp') },
    else_branch: { graph: side('else', 'Sqrt') },
  });
  return makeModel(
    make('GraphProto', {
      name: 'branching',
      node: [choice],
      initializer: [
        makeTensor('w', [16, 16], wave(256)),
        makeTensor('yes', [], Uint8Array.of(1), 'bool'),
      ],
      input: [makeValueInfo('x', 'float32', [2, 16])],
      output: [makeValueInfo('y', 'float32', [2, 16])],
    }),
    { opset: 17 },
  );
}
