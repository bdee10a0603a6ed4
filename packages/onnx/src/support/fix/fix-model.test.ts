import { Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { randomFeeds, runModel } from '../../../../../tests/support/onnx-models.ts';
import { float, type GraphBuilder, graphBuilder } from '../../build/index.ts';
import type { Model } from '../../wire/index.ts';
import type { Condition } from '../condition.ts';
import type { SupportList } from '../list.ts';
import { fixModel } from './index.ts';

/** A provider that runs everything but the named operators. */
const without = (...ops: string[]): SupportList => ({
  provider: 'test',
  version: '1',
  about: 'a test provider',
  sources: [],
  imported: '2026-01-01',
  types: 'values',
  subgraphs: 'inside',
  always: [],
  unlisted: 'unsupported',
  rules: known.filter((op) => !ops.includes(op)).map((op) => ({ id: op, op })),
});

/** A provider that runs everything, one operator under a condition. */
const limited = (op: string, condition: Condition): SupportList => ({
  ...without(),
  rules: without().rules.map((rule) => (rule.op === op ? { ...rule, where: [condition] } : rule)),
});

const known =
  'Abs Add Constant Conv ConvTranspose Div Erf Flatten Gelu GlobalAveragePool GlobalMaxPool HardSigmoid HardSwish Identity Max Min Mish Mul Neg PRelu Reciprocal ReduceMax ReduceMean Relu Reshape Sigmoid Softplus Softsign Squeeze Sub Sum Swish Tanh Unsqueeze'.split(
    ' ',
  );

type Body = (g: GraphBuilder, x: string) => string;

function model(body: Body, shape: readonly number[], opset: number): Model {
  const g = graphBuilder('one', { opset });
  const x = g.input('x', 'float32', shape);
  g.output(g.node('Identity', [body(g, x)], {}, 'y'), 'float32');
  return g.build();
}

const wave = (count: number): Float32Array =>
  Float32Array.from({ length: count }, (_, at) => Math.sin(at * 1.7));
const indices = (...values: number[]): BigInt64Array => BigInt64Array.from(values, BigInt);
const image = [1, 4, 6, 6];

const cases: readonly [op: string, body: Body, shape?: readonly number[], opset?: number][] = [
  ['HardSwish', (g, x) => g.node('HardSwish', [x])],
  ['Gelu', (g, x) => g.node('Gelu', [x])],
  ['Gelu', (g, x) => g.node('Gelu', [x], { approximate: 'tanh' })],
  ['Mish', (g, x) => g.node('Mish', [x])],
  ['Softsign', (g, x) => g.node('Softsign', [x])],
  ['Reciprocal', (g, x) => g.node('Reciprocal', [x])],
  ['Neg', (g, x) => g.node('Neg', [x])],
  ['PRelu', (g, x) => g.node('PRelu', [x, g.constant('slope', [4, 1, 1], wave(4))])],
  ['GlobalAveragePool', (g, x) => g.node('GlobalAveragePool', [x])],
  ['GlobalAveragePool', (g, x) => g.node('GlobalAveragePool', [x]), image, 17],
  ['GlobalMaxPool', (g, x) => g.node('GlobalMaxPool', [x])],
  ['Sum', (g, x) => g.node('Sum', [x, g.constant('a', [6], wave(6)), g.node('Tanh', [x])])],
  ['Flatten', (g, x) => g.node('Flatten', [x], { axis: 2 })],
  ['Squeeze', (g, x) => g.node('Squeeze', [x, g.constant('axes', [1], indices(0))])],
  ['Unsqueeze', (g, x) => g.node('Unsqueeze', [x, g.constant('axes', [1], indices(1))])],
];

/** Whatever it does is measured by what ONNX Runtime answers before and after. */
async function furthest(before: Model, after: Model): Promise<number> {
  const feeds = randomFeeds(before);
  const [a, b] = [await runModel(before, feeds), await runModel(after, feeds)];
  expect(b.y!.dims).toEqual(a.y!.dims);
  const [left, right] = [a.y!.data as Float32Array, b.y!.data as Float32Array];
  return left.reduce((most, value, at) => Math.max(most, Math.abs(value - right[at]!)), 0);
}

describe('saying an operator by others', () => {
  it.each(cases)('%s answers as before', async (op, body, shape = image, opset = 20) => {
    const before = model(body, shape, opset);
    const { model: after, report } = fixModel(before, without(op));
    expect(report.changed.map((note) => note.op)).toEqual([op]);
    expect(after.graph.node.map(({ opType }) => opType)).not.toContain(op);
    expect(await furthest(before, after)).toBeLessThan(1e-5);
  });

  it.each(['Max', 'Min'])('%s of three inputs answers as before, two at a time', async (op) => {
    const body: Body = (g, x) =>
      g.node(op, [x, g.constant('a', [6], wave(6)), g.node('Tanh', [x])]);
    const before = model(body, image, 20);
    const { model: after } = fixModel(before, limited(op, { inputCount: { max: 2 } }));
    expect(after.graph.node.filter(({ opType }) => opType === op)).toHaveLength(2);
    expect(await furthest(before, after)).toBe(0);
  });

  it.each([
    ['Conv', { pads: [2, 1], strides: [2], group: 2 }, [4, 2, 3]],
    ['ConvTranspose', { pads: [1, 0], strides: [2], group: 2 }, [4, 2, 3]],
  ] as const)('%s over one dimension answers as before over two', async (op, attributes, w) => {
    const body: Body = (g, x) => {
      const weights = g.constant('w', w, wave(w[0] * w[1] * w[2]));
      return g.node(op, [x, weights, g.constant('b', [4], wave(4))], attributes);
    };
    const before = model(body, [2, 4, 9], 17);
    const { model: after, report } = fixModel(before, limited(op, { rank: 0, is: { in: [4] } }));
    expect(report.changed).toHaveLength(1);
    expect(await furthest(before, after)).toBeLessThan(1e-5);
  });

  it('takes PRelu apart so that infinities stay what they were', async () => {
    const body: Body = (g, x) => g.node('PRelu', [x, g.constant('slope', [1], wave(1).fill(0.5))]);
    const before = model(body, [4], 17);
    const { model: after } = fixModel(before, without('PRelu'));
    const x = new Tensor('float32', Float32Array.of(Infinity, -Infinity, 3, -3), [4]);
    const [a, b] = [await runModel(before, { x }), await runModel(after, { x })];
    expect([...(b.y!.data as Float32Array)]).toEqual([Infinity, -Infinity, 3, -1.5]);
    expect(b.y!.data).toEqual(a.y!.data);
  });

  it.each(['GlobalAveragePool', 'GlobalMaxPool'])(
    'leaves %s alone where nothing tells which of its axes are spatial',
    (op) => {
      const g = graphBuilder('open', { opset: 17 });
      const open = g.node('NoSuchOperator', [g.input('x', 'float32', image)], {}, 'open');
      g.output(g.node(op, [g.node('Relu', [g.node('CastLike', [open, 'x'])])], {}, 'y'), 'float32');
      const before = g.build();
      expect(fixModel(before, without(op)).model).toBe(before);
    },
  );

  it('leaves a node alone whose replacement the provider does not run either', () => {
    const before = model((g, x) => g.node('HardSwish', [x]), image, 20);
    const { model: after, report } = fixModel(before, without('HardSwish', 'HardSigmoid'));
    expect(after).toBe(before);
    expect(report.skipped).toContain('nothing of it can be said otherwise');
  });

  it('leaves nodes alone that the provider runs', () => {
    const before = model((g, x) => g.node('LeakyRelu', [x], { alpha: float(1) }), image, 20);
    expect(fixModel(before, without()).model).toBe(before);
  });
});
