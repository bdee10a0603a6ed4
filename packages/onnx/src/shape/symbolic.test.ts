import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  feedShapes,
  randomFeeds,
  runModel,
  sharedModels,
} from '../../../../tests/support/onnx-models.ts';
import { noSharedData } from '../../../../tests/support/shared-data.ts';
import { itUnless } from '../../../../tests/support/skip.ts';
import { graphBuilder, makeNode, makeTensor, makeValueInfo } from '../build/index.ts';
import { exposeValues, freeNames } from '../graph/index.ts';
import { edit, type Model, make, readModel } from '../wire/index.ts';
import { type Expression, inferValues, isExpression, textOf, withObserved } from './index.ts';

const textsOf = (model: Model, name: string, general = false): string[] | undefined =>
  inferValues(model, { general }).of(model.graph, name).symbolic?.map(textOf);
const ints = (...values: number[]) => BigInt64Array.from(values, BigInt);
const floats = (count: number) => new Float32Array(count);

/** A value of size n, cut, divided, pooled, joined and counted. */
function cutting(
  from: number,
  to: number,
  parts: number,
  { kernel, stride, pad }: { kernel: number; stride: number; pad: number },
): Model {
  const g = graphBuilder('cutting', { opset: 18 });
  const x = g.input('x', 'float32', ['n']);
  g.node(
    'Slice',
    [x, g.constant('from', [1], ints(from)), g.constant('to', [1], ints(to))],
    {},
    'sliced',
  );
  g.nodes('Split', [x], ['half', 'rest'].slice(0, Math.min(2, parts)), {
    num_outputs: Math.min(2, parts),
  });
  const image = g.node('Unsqueeze', [x, g.constant('front', [2], ints(0, 1))]);
  const pads = [pad, pad];
  const pooled = g.node('MaxPool', [image], { kernel_shape: [kernel], strides: [stride], pads });
  g.node('Squeeze', [pooled, 'front'], {}, 'pooled');
  g.node('Concat', [x, x, x], { axis: 0 }, 'wide');
  const count = g.node('Squeeze', [g.node('Shape', [x])]);
  const [zero, step] = [g.constant('zero', [], ints(0)), g.constant('step', [], ints(parts))];
  g.output(g.node('Range', [zero, count, step], {}, 'counted'), 'int64');
  return g.build();
}

/** What an expression of n alone is; undefined where a function is in it. */
function inTermsOfN({ terms }: Expression, n: number): number | undefined {
  let sum = 0;
  for (const [key, factor] of terms) {
    const names = key === '' ? [] : key.split('\u0000');
    if (names.some((name) => name !== 'n')) return undefined;
    sum += factor * n ** names.length;
  }
  return sum;
}

describe('sizes that are no numbers', () => {
  it('are carried through convolutions, joins and the arithmetic of shapes', () => {
    const g = graphBuilder('free', { opset: 17 });
    const x = g.input('x', 'float32', ['batch', 3, 'h', 'w']);
    const w = g.constant('k', [8, 3, 3, 3], floats(216));
    const conv = g.node('Conv', [x, w], { pads: [1, 1, 1, 1], strides: [2, 1] }, 'conv');
    g.node('Concat', [conv, conv], { axis: 3 }, 'wide');
    const shape = g.node('Shape', [conv]);
    const batch = g.node('Gather', [shape, g.constant('zero', [1], ints(0))]);
    const target = g.node('Concat', [batch, g.constant('rest', [2], ints(8, -1))], { axis: 0 });
    g.output(g.node('Reshape', [conv, target], {}, 'flat'), 'float32');
    g.node(
      'Slice',
      [
        'flat',
        g.constant('from', [1], ints(0)),
        g.constant('to', [1], ints(-1)),
        g.constant('axes', [1], ints(0)),
      ],
      {},
      'cut',
    );
    const model = g.build();
    expect(textsOf(model, 'conv', true)).toEqual(['batch', '8', 'floor((h + 1)/2)', 'w']);
    expect(textsOf(model, 'wide')).toEqual(['1', '8', 'floor((h + 1)/2)', '2*w']);
    expect(textsOf(model, 'flat', true)).toEqual(['batch', '8', 'floor((h + 1)/2)*w']);
    expect(textsOf(model, 'cut', true)).toEqual(['batch - 1', '8', 'floor((h + 1)/2)*w']);
  });

  it('are, for every size, what the rules give where it is a number', () => {
    const far = 2 ** 40;
    const ends = fc.oneof(fc.integer({ min: -6, max: 6 }), fc.constantFrom(far, -far));
    const pool = fc.record({
      kernel: fc.integer({ min: 1, max: 3 }),
      stride: fc.integer({ min: 1, max: 3 }),
      pad: fc.integer({ min: 0, max: 1 }),
    });
    const size = fc.integer({ min: 3, max: 12 });
    fc.assert(
      fc.property(
        ends,
        ends,
        fc.integer({ min: 1, max: 3 }),
        pool,
        size,
        (from, to, parts, p, n) => {
          const model = cutting(from, to, parts, p);
          const free = inferValues(model, { general: true });
          const fixed = inferValues(model, { general: true, dimensions: { n } });
          for (const name of ['sliced', 'half', 'pooled', 'wide', 'counted']) {
            const [claim] = free.of(model.graph, name).symbolic!;
            const [value] = fixed.of(model.graph, name).shape!;
            const said = isExpression(claim) ? inTermsOfN(claim, n) : claim;
            if (said !== undefined) expect([name, said]).toEqual([name, value]);
          }
        },
      ),
      { numRuns: 400 },
    );
  });

  it('have one name wherever a run must find the same size', () => {
    const g = graphBuilder('found', { opset: 17 });
    const x = g.input('x', 'float32', [4, 4]);
    const places = g.node('NonZero', [x], {}, 'places');
    g.output(g.node('Transpose', [places], {}, 'rows'), 'int64');
    const model = g.build();
    expect(textsOf(model, 'places')).toEqual(['2', '?places[1]']);
    expect(textsOf(model, 'rows')).toEqual(['?places[1]', '2']);
  });

  it('tell a scalar from a value of unknown rank', () => {
    const g = graphBuilder('ranks', { opset: 17, domains: { 'com.example': 1 } });
    const x = g.input('x', 'float32', []);
    g.output(g.node('Neg', [x], {}, 'scalar'), 'float32');
    const model = g.build();
    const strange = makeNode('Mystery', ['x'], ['unknown'], {}, { domain: 'com.example' });
    const both = edit(model, {
      graph: edit(model.graph, { node: [...model.graph.node, strange] }),
    });
    expect(inferValues(both).of(both.graph, 'scalar').shape).toEqual([]);
    expect(inferValues(both).of(both.graph, 'unknown').shape).toBeUndefined();
  });

  itUnless(noSharedData).each(sharedModels)(
    'with one text are one size in runs of $name',
    async ({ name, bytes }) => {
      const model = readModel(bytes(), { name });
      const inference = inferValues(model, { general: true });
      const values = await runModel(
        exposeValues(model, 'all'),
        randomFeeds(model, feedShapes[name]),
        {
          graphOptimizationLevel: 'disabled',
        },
      );
      const sizes = new Map<string, number>();
      for (const [value, { dims }] of Object.entries(values)) {
        const texts = inference.of(model.graph, value).symbolic?.map(textOf);
        for (const [axis, text] of (texts ?? []).entries()) {
          const before = sizes.get(text) ?? dims[axis];
          expect([value, text, dims[axis]]).toEqual([value, text, before]);
          sizes.set(text, before!);
        }
      }
    },
  );
});

describe('what graphs inside nodes give', () => {
  const body = (
    nodes: ReturnType<typeof makeNode>[],
    inputs: [string, 'float32' | 'int64' | 'bool', number[]][],
    outputs: string[],
  ) =>
    make('GraphProto', {
      name: 'body',
      node: nodes,
      input: inputs.map(([name, type, shape]) => makeValueInfo(name, type, shape)),
      output: outputs.map((name) => make('ValueInfoProto', { name })),
    });

  it('is known of a Loop whose rounds are known, with the states that change in none', () => {
    const g = graphBuilder('loop', { opset: 17 });
    const x = g.input('x', 'float32', [1, 5]);
    const times = g.constant('times', [], ints(7));
    const graph = body(
      [
        makeNode('Identity', ['go'], ['more']),
        makeNode('Neg', ['state'], ['next']),
        makeNode('Concat', ['grown', 'state'], ['longer'], { axis: 0 }),
      ],
      [
        ['i', 'int64', []],
        ['go', 'bool', []],
        ['state', 'float32', [1, 5]],
      ],
      ['more', 'next', 'longer', 'next'],
    );
    const grown = edit(graph, {
      input: [...graph.input, make('ValueInfoProto', { name: 'grown' })],
    });
    g.nodes('Loop', [times, '', x, x], ['last', 'joined', 'all'], { body: { graph: grown } });
    g.output('all', 'float32');
    const model = g.build();
    const inference = inferValues(model);
    expect(inference.of(model.graph, 'last').shape).toEqual([1, 5]);
    expect(inference.of(model.graph, 'joined').shape).toEqual([null, 5]);
    expect(inference.of(model.graph, 'all')).toMatchObject({ type: 'float32', shape: [7, 1, 5] });
    expect(inference.tripsOf(model.graph.node[0]!)).toBe(7);
  });

  it('is the branch’s that an observed condition takes', () => {
    const g = graphBuilder('choice', { opset: 17 });
    const rate = g.input('rate', 'int64', []);
    const x = g.input('x', 'float32', [2, 3]);
    const isHigh = g.node('Equal', [rate, g.constant('high', [], ints(16000))]);
    const branch = (op: string, name: string) => body([makeNode(op, [x], [name])], [], [name]);
    g.nodes('If', [isHigh], ['y'], {
      then_branch: { graph: branch('Transpose', 'a') },
      else_branch: { graph: branch('Neg', 'b') },
    });
    g.output('y', 'float32');
    const model = g.build();
    const inference = inferValues(model);
    expect(inference.of(model.graph, 'y').shape).toEqual([null, null]);
    const observed = withObserved(inference, { constants: new Map([['rate', [16000]]]) });
    expect(observed.of(model.graph, 'y').shape).toEqual([3, 2]);
    const taken = observed.branchOf(model.graph.node[1]!)!;
    expect(taken.node[0]!.opType).toBe('Transpose');
    expect([...freeNames(taken)]).toEqual(['x']);
  });

  it('has sizes of its own, though two branches name their values alike', () => {
    const g = graphBuilder('alike', { opset: 17 });
    const c = g.input('c', 'bool', []);
    g.input('x', 'float32', [4, 4]);
    const branch = (op: string) =>
      body([makeNode(op, ['x'], ['n']), makeNode('NonZero', ['n'], ['found'])], [], ['found']);
    g.nodes('If', [c], ['y'], {
      then_branch: { graph: branch('Relu') },
      else_branch: { graph: branch('Neg') },
    });
    g.output('y', 'int64');
    expect(textsOf(g.build(), 'y')).toEqual(['2', '?y[1]']);
  });

  it('is known of a function’s call, with the call’s attributes', () => {
    const softened = make('FunctionProto', {
      name: 'Soften',
      domain: 'local',
      input: ['a'],
      output: ['c'],
      attribute: ['order'],
      node: [makeNode('Transpose', ['a'], ['b'], { perm: [0] }), makeNode('Softmax', ['b'], ['c'])],
      opsetImport: [make('OperatorSetIdProto', { domain: '', version: 17 })],
    });
    const [transpose] = softened.node;
    const perm = edit(transpose!.attribute[0]!, { refAttrName: 'order', ints: [] });
    const body = edit(softened, {
      node: [edit(transpose!, { attribute: [perm] }), softened.node[1]!],
    });
    const g = graphBuilder('calls', { opset: 17, domains: { local: 1 } });
    const x = g.input('x', 'float32', [2, 3, 4]);
    g.output(g.node('Neg', [x], {}, 'y'), 'float32');
    const model = g.build();
    const call = makeNode('Soften', ['x'], ['z'], { order: [2, 0, 1] }, { domain: 'local' });
    const calling = edit(model, {
      functions: [body],
      graph: edit(model.graph, { node: [...model.graph.node, call] }),
    });
    const inference = inferValues(calling);
    expect(inference.of(calling.graph, 'z')).toMatchObject({ type: 'float32', shape: [4, 2, 3] });
    expect(inference.bodyOf(call)!.node[0]!.attribute[0]!.name).toBe('perm');
  });

  it('is what sequences and optionals hold', () => {
    const g = graphBuilder('lists', { opset: 17 });
    const x = g.input('x', 'float32', [2, 3]);
    const list = g.node('SequenceConstruct', [x, x], {}, 'list');
    g.node('SequenceAt', [list, g.constant('i', [], ints(0))], {}, 'one');
    g.node('Optional', [x], {}, 'maybe');
    g.output(g.node('OptionalGetElement', ['maybe'], {}, 'some'), 'float32');
    const model = g.build();
    const inference = inferValues(model);
    const held = { type: 'float32', shape: [2, 3] };
    expect(inference.of(model.graph, 'list')).toMatchObject({ sequence: held });
    expect(inference.of(model.graph, 'one')).toMatchObject(held);
    expect(inference.of(model.graph, 'maybe')).toMatchObject({ optional: held });
    expect(inference.of(model.graph, 'some')).toMatchObject(held);
  });

  it('is what is stored, even sparsely', () => {
    const g = graphBuilder('sparse', { opset: 17 });
    g.output(g.node('Relu', [g.input('x', 'float32', [1])], {}, 'y'), 'float32');
    const model = g.build();
    const sparse = make('SparseTensorProto', {
      values: makeTensor('s', [2], floats(2)),
      indices: makeTensor('', [2], ints(1, 4)),
      dims: [3, 3],
    });
    const with_ = edit(model, { graph: edit(model.graph, { sparseInitializer: [sparse] }) });
    expect(inferValues(with_).of(with_.graph, 's')).toMatchObject({
      type: 'float32',
      shape: [3, 3],
    });
  });
});
