import { isSelvedgeError } from '@selvedge/core/errors';
import { describe, expect, it } from 'vitest';
import { randomFeeds, runModel, signalToNoise } from '../../../../tests/support/onnx-models.ts';
import { float, type GraphBuilder, graphBuilder, makeNode, makeTensor } from '../build/index.ts';
import { floatValues } from '../tensor/index.ts';
import { type Model, make } from '../wire/index.ts';
import {
  evaluateConstants,
  fixDimensions,
  foldBatchNorm,
  foldConstants,
  freeDimensions,
  inlineBranches,
  removeIdentities,
  simplify,
} from './index.ts';

const wave = (count: number, shift = 0): Float32Array =>
  Float32Array.from({ length: count }, (_, at) => Math.sin(at * 0.7 + shift) + 0.2);
const ints = (...values: number[]) => BigInt64Array.from(values, BigInt);
const opsOf = ({ graph }: Model) => graph.node.map(({ opType }) => opType);
const messageOf = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (isSelvedgeError(error)) return `${error.code}: ${error.message} (${error.hint})`;
    throw error;
  }
  return 'nothing';
};

/** x [batch, 4, n] is brought into the shape [batch, 2, 2 × n], as exporters write it. */
function reshaping(batch: string | number, n: string | number): Model {
  const g = graphBuilder('reshaping', { opset: 17, irVersion: 8 });
  const x = g.input('x', 'float32', [batch, 4, n]);
  const shape = g.node('Shape', [x], {}, 'shape');
  const rows = g.node('Gather', [shape, g.constant('zero', [1], ints(0))]);
  const size = g.node('Gather', [shape, g.constant('two', [1], ints(2))]);
  const twice = g.node('Mul', [size, g.constant('k', [1], ints(2))]);
  const target = g.node('Concat', [rows, g.constant('c', [1], ints(2)), twice], { axis: 0 });
  g.output(g.node('Reshape', [x, target], {}, 'y'), 'float32', [batch, 2, null]);
  return g.build();
}

describe('folding constants', () => {
  it('puts what follows from fixed sizes in the place of the arithmetic', async () => {
    const model = reshaping(3, 5);
    const { model: folded, report } = foldConstants(model);
    expect(opsOf(folded)).toEqual(['Reshape']);
    expect(folded.graph.initializer.map(({ name }) => name)).toEqual(['Concat_4_out']);
    expect(report.changed.map(({ op }) => op)).toEqual([
      'Shape',
      'Gather',
      'Gather',
      'Mul',
      'Concat',
    ]);
    const feeds = randomFeeds(model);
    expect((await runModel(folded, feeds)).y).toEqual((await runModel(model, feeds)).y);
  });

  it('takes no free size for a number, not even that of a sample', () => {
    const { model, report } = foldConstants(reshaping('batch', 5));
    expect(opsOf(model)).toEqual(['Shape', 'Gather', 'Concat', 'Reshape']);
    expect(report.changed.map(({ op }) => op)).toEqual(['Gather', 'Mul']);
  });

  it('leaves a constant that a caller may replace, and what marks integers', () => {
    const g = graphBuilder('open', { opset: 17, irVersion: 8 });
    const x = g.input('x', 'float32', [2]);
    g.input('k', 'int64', [1]);
    const cast = g.node('Cast', ['k'], { to: 1 });
    const w = g.constant('w', [2], Int8Array.of(1, 2));
    const d = g.node('DequantizeLinear', [w, g.constant('s', [], Float32Array.of(0.5))]);
    g.output(g.node('Add', [g.node('Mul', [x, cast]), d], {}, 'y'), 'float32', [2]);
    const built = g.build();
    const initializer = [
      ...built.graph.initializer,
      ...reshaping(1, 1).graph.initializer.slice(2, 3),
    ];
    const model = { ...built, graph: { ...built.graph, initializer } };
    expect(foldConstants(model).report.skipped).toBe('nothing follows from constants');
  });

  it('lets an engine evaluate what reads only constants', async () => {
    const g = graphBuilder('evaluated', { opset: 17, irVersion: 8 });
    const x = g.input('x', 'float32', [1, 4]);
    const w = g.node('Exp', [g.constant('w', [4, 4], wave(16))]);
    g.output(g.node('MatMul', [x, g.node('Transpose', [w])], {}, 'y'), 'float32', [1, 4]);
    const model = g.build();
    let asked: Model | undefined;
    const refuse = await evaluateConstants(model, async (constants) => {
      asked = constants;
      throw new Error('no engine');
    });
    expect(refuse.report.skipped).toContain('could not');
    const values = await runModel(asked!, {});
    const [name] = Object.keys(values);
    const result = await evaluateConstants(model, async () => {
      const { graph } = graphOf((b) =>
        b.constant(name!, [4, 4], values[name!]!.data as Float32Array),
      );
      return new Map([[name!, graph.initializer[0]!]]);
    });
    expect(opsOf(result.model)).toEqual(['MatMul']);
    expect(result.model.graph.initializer.length).toBe(1);
    const feeds = randomFeeds(model);
    expect((await runModel(result.model, feeds)).y).toEqual((await runModel(model, feeds)).y);
  });
});

const graphOf = (add: (g: GraphBuilder) => void): Model => {
  const g = graphBuilder('part');
  add(g);
  return g.build();
};

describe('removing identities', () => {
  it('rewires what read them, and keeps the names of outputs', async () => {
    const g = graphBuilder('identities', { opset: 17, irVersion: 8 });
    const x = g.input('x', 'float32', [2, 3]);
    const a = g.node('Identity', [x]);
    const b = g.node('Cast', [g.node('Dropout', [a])], { to: 1 });
    const c = g.node('Transpose', [g.node('Relu', [b])], { perm: [0, 1] });
    g.output(g.node('Identity', [c], {}, 'y'), 'float32', [2, 3]);
    const model = g.build();
    const { model: plain } = removeIdentities(model);
    expect(opsOf(plain)).toEqual(['Relu', 'Identity']);
    const feeds = randomFeeds(model);
    expect((await runModel(plain, feeds)).y).toEqual((await runModel(model, feeds)).y);
  });
});

describe('folding a normalisation', () => {
  const norm = (g: GraphBuilder, x: string, channels: number) =>
    g.node(
      'BatchNormalization',
      [
        x,
        g.constant(`${x}.scale`, [channels], wave(channels, 1)),
        g.constant(`${x}.shift`, [channels], wave(channels, 2)),
        g.constant(`${x}.mean`, [channels], wave(channels, 3)),
        g.constant(`${x}.variance`, [channels], wave(channels, 4).map(Math.abs)),
      ],
      { epsilon: float(0.001) },
    );
  const models: Record<string, () => Model> = {
    Conv: () => {
      const g = graphBuilder('conv', { opset: 17, irVersion: 8 });
      const x = g.input('x', 'float32', [1, 4, 6, 6]);
      const w = g.constant('w', [6, 2, 3, 3], wave(108));
      const conv = g.node('Conv', [x, w, g.constant('b', [6], wave(6, 5))], { group: 2 });
      const scaled = g.node('Mul', [norm(g, conv, 6), g.constant('m', [6, 1, 1], wave(6, 6))]);
      g.output(
        g.node('Sub', [g.constant('one', [], Float32Array.of(1)), scaled], {}, 'y'),
        'float32',
      );
      return g.build();
    },
    ConvTranspose: () => {
      const g = graphBuilder('transposed', { opset: 17, irVersion: 8 });
      const x = g.input('x', 'float32', [1, 4, 5, 5]);
      const w = g.constant('w', [4, 3, 2, 2], wave(48));
      const up = g.node('ConvTranspose', [x, w], { group: 2, strides: [2, 2] });
      g.output(g.node('Relu', [norm(g, up, 6)], {}, 'y'), 'float32');
      return g.build();
    },
    Gemm: () => {
      const g = graphBuilder('gemm', { opset: 17, irVersion: 8 });
      const x = g.input('x', 'float32', [2, 5]);
      const w = g.constant('w', [5, 4], wave(20));
      const c = g.constant('c', [1, 4], wave(4, 5));
      const y = g.node('Gemm', [x, w, c], { alpha: float(0.5), beta: float(2) });
      g.output(g.node('Relu', [norm(g, y, 4)], {}, 'y'), 'float32');
      return g.build();
    },
  };

  it.each(Object.entries(models))('into a %s gives the same but for rounding', async (op, make) => {
    const model = make();
    const { model: folded } = foldBatchNorm(model);
    expect(opsOf(folded)).toEqual(op === 'Conv' ? [op] : [op, 'Relu']);
    expect(folded.graph.initializer.length).toBe(2);
    const feeds = randomFeeds(model);
    const [a, b] = [await runModel(model, feeds), await runModel(folded, feeds)];
    expect(signalToNoise(a.y!, b.y!)).toBeGreaterThan(110);
  });

  it('rounds once, however many steps follow a layer', () => {
    const g = graphBuilder('chain', { opset: 17, irVersion: 8 });
    const factors = wave(5, 3);
    const w = g.constant('w', [4, 4, 1, 1], wave(16));
    let y = g.node('Conv', [g.input('x', 'float32', [1, 4, 6, 6]), w]);
    for (const [at, factor] of factors.entries())
      y = g.node('Mul', [y, g.constant(`k${at}`, [], Float32Array.of(factor))]);
    g.output(g.node('Relu', [y], {}, 'y'), 'float32');
    const { graph } = foldBatchNorm(g.build()).model;
    const product = factors.reduce((all, factor) => all * factor, 1);
    const weights = graph.initializer.find(({ dims }) => dims.length === 4)!;
    expect(floatValues(weights)).toEqual(wave(16).map((value) => value * product));
  });

  it('takes thousands of steps, and drops thousands of nodes that nothing reads', () => {
    const g = graphBuilder('long', { opset: 17, irVersion: 8 });
    const w = g.constant('w', [4, 4, 1, 1], wave(16));
    let y = g.node('Conv', [g.input('x', 'float32', [1, 4, 6, 6]), w]);
    let ratio = g.input('ratio', 'float32', []);
    for (let at = 0; at < 8000; at++) {
      y = g.node('Add', [y, g.constant(`k${at}`, [], Float32Array.of(1))]);
      ratio = g.node('Sin', [ratio]);
    }
    g.output(g.node('Relu', [g.node('Dropout', [y, ratio])], {}, 'y'), 'float32');
    const model = removeIdentities(g.build()).model;
    expect(opsOf(foldBatchNorm(model).model)).toEqual(['Conv', 'Relu']);
  });

  it('leaves a layer that something else reads', () => {
    const g = graphBuilder('read', { opset: 17, irVersion: 8 });
    const x = g.input('x', 'float32', [1, 4, 6, 6]);
    const conv = g.node('Conv', [x, g.constant('w', [4, 4, 1, 1], wave(16))]);
    g.output(g.node('Add', [norm(g, conv, 4), conv], {}, 'y'), 'float32');
    const model = g.build();
    const { model: same, report } = foldBatchNorm(model);
    expect(same).toBe(model);
    expect(report.skipped).toBe('no layer is followed by a normalisation');
  });
});

describe('inlining branches', () => {
  const branch = (name: string, op: string, made: string) =>
    make('GraphProto', {
      name,
      node: [makeNode(op, ['x'], [made]), makeNode('Mul', [made, 'w'], [`${name}_y`])],
      initializer: [makeTensor('w', [1], Float32Array.of(op === 'Neg' ? 2 : 3))],
      output: [make('ValueInfoProto', { name: `${name}_y` })],
    });

  /** Two Ifs whose branches name their values alike. */
  function choosing(): Model {
    const g = graphBuilder('choosing', { opset: 17, irVersion: 8 });
    const x = g.input('x', 'float32', [1, 3]);
    const rank = g.node('Size', [g.node('Shape', [x])]);
    const isTwo = g.node('Equal', [rank, g.constant('two', [], ints(2))]);
    for (const y of ['a', 'b']) {
      g.nodes('If', [isTwo], [y], {
        then_branch: { graph: branch(`then_${y}`, 'Neg', 'same') },
        else_branch: { graph: branch(`else_${y}`, 'Abs', 'same') },
      });
    }
    g.output(g.node('Sub', ['a', 'b'], {}, 'c'), 'float32');
    g.output('a', 'float32');
    return g.build();
  }

  it('puts the branch that is always taken in the place of an If, under names of its own', async () => {
    const model = choosing();
    const { model: inlined, report } = inlineBranches(model);
    expect(report.changed.map(({ op }) => op)).toEqual(['If', 'If']);
    expect(opsOf(inlined)).toEqual(['Neg', 'Mul', 'Neg', 'Mul', 'Sub']);
    const names = inlined.graph.node.flatMap(({ output }) => output);
    expect(new Set(names).size).toBe(names.length);
    const feeds = randomFeeds(model);
    const [before, after] = [await runModel(model, feeds), await runModel(inlined, feeds)];
    expect([after.a, after.c]).toEqual([before.a, before.c]);
  });
});

describe('simplifying', () => {
  it('does all that is exact until nothing is left to do', async () => {
    const g = graphBuilder('layered', { opset: 17, irVersion: 8 });
    const x = g.input('x', 'float32', [2, 6]);
    const rows = g.node('Gather', [g.node('Shape', [x]), g.constant('zero', [], ints(0))]);
    const isTwo = g.node('Equal', [rows, g.constant('two', [], ints(2))]);
    const inner = (op: string) =>
      make('GraphProto', {
        name: op,
        node: [makeNode('Identity', ['x'], ['p']), makeNode(op, ['p'], ['q'])],
        output: [make('ValueInfoProto', { name: 'q' })],
      });
    g.nodes('If', [isTwo], ['y'], {
      then_branch: { graph: inner('Neg') },
      else_branch: { graph: inner('Abs') },
    });
    g.output('y', 'float32', [2, 6]);
    const model = g.build();
    const { model: simple } = simplify(model);
    expect(opsOf(simple)).toEqual(['Neg']);
    expect(simple.graph.initializer).toEqual([]);
    expect(simplify(simple).report.skipped).toBe('nothing can be simplified');
    const feeds = randomFeeds(model);
    expect((await runModel(simple, feeds)).y).toEqual((await runModel(model, feeds)).y);
  });
});

describe('fixing free dimensions', () => {
  it('lists them, fixes them wherever they stand, and folds what follows', async () => {
    const model = reshaping('batch', 'n');
    expect(freeDimensions(model)).toEqual([
      { name: 'batch', places: ['x[0]'] },
      { name: 'n', places: ['x[2]'] },
    ]);
    const { model: fixed, report } = fixDimensions(model, { batch: 1, n: 5 });
    expect(opsOf(fixed)).toEqual(['Reshape']);
    expect(report.changed).toEqual([{ node: 'x', op: 'input' }]);
    const [output] = fixed.graph.output;
    expect(output!.type!.tensorType!.shape!.dim.map(({ dimValue }) => dimValue)).toEqual([
      1, 2, 10,
    ]);
    const feeds = randomFeeds(model, { x: [1, 4, 5] });
    expect((await runModel(fixed, feeds)).y).toEqual((await runModel(model, feeds)).y);
  });

  it('fixes one place of a name, and one that has no name', () => {
    const model = reshaping('n', 'n');
    expect(freeDimensions(fixDimensions(model, { 'x[0]': 2 }).model)).toEqual([
      { name: 'n', places: ['x[2]'] },
    ]);
  });

  it('takes no name for another object has it: constructor is a dimension like any', () => {
    const model = reshaping('constructor', 'n');
    const { model: fixed } = fixDimensions(model, { n: 5 });
    expect(freeDimensions(fixed).map(({ name }) => name)).toEqual(['constructor']);
    expect(fixed.graph.input[0]!.type?.tensorType?.shape?.dim[0]?.dimValue).toBeUndefined();
    expect(freeDimensions(fixDimensions(fixed, { constructor: 2 }).model)).toEqual([]);
  });

  it('refuses names that the model does not have, and sizes that none can be', () => {
    const model = reshaping('batch', 5);
    expect(messageOf(() => fixDimensions(model, { time: 3 }))).toBe(
      'usage: reshaping has no free dimension time (its free dimensions are batch)',
    );
    expect(messageOf(() => fixDimensions(model, { batch: 0 }))).toContain('cannot be 0');
    expect(messageOf(() => fixDimensions(model, { batch: 1.5 }))).toContain('cannot be 1.5');
  });
});
