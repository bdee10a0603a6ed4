import { describe, expect, it } from 'vitest';
import { randomFeeds, runModel, signalToNoise } from '../../../../tests/support/onnx-models.ts';
import { graphBuilder, makeNode, makeTensor, makeValueInfo } from '../build/index.ts';
import { toFloat16 } from '../float16/index.ts';
import { quantizeDynamic } from '../quantize/index.ts';
import { edit, type GraphProto, type Model, make } from '../wire/index.ts';
import { unreadInitializers } from './unread.fixture.ts';

const wave = (count: number): Float32Array =>
  Float32Array.from({ length: count }, (_, at) => Math.sin(at * at * 0.37) / 4);
const square = (name: string) => makeTensor(name, [40, 40], wave(1600));

const body = (
  name: string,
  nodes: GraphProto['node'],
  inputs: GraphProto['input'],
  outputs: GraphProto['output'],
): GraphProto => make('GraphProto', { name, node: nodes, input: inputs, output: outputs });
const row = (name: string) => makeValueInfo(name, 'float32', [1, 40]);
const product = (x: string, w: string, y: string) => makeNode('MatMul', [x, w], [y]);

/** A model of one input [1, 40] whose main graph holds the weights `w` and `v`, and what reads them. */
function around(nodes: GraphProto['node'], more: GraphProto['initializer'] = []): Model {
  const g = graphBuilder('around', { opset: 17, irVersion: 8 });
  g.input('x', 'float32', [1, 40]);
  g.output(g.node('Neg', ['x'], {}, 'y'), 'float32', [1, 40]);
  const model = g.build();
  const initializer = [square('w'), square('v'), ...more];
  return edit(model, { graph: edit(model.graph, { node: nodes, initializer }) });
}

const yes = makeTensor('yes', [], Uint8Array.of(1), 'bool');
const branch = (name: string, weight: string) =>
  body(name, [product('x', weight, `${name}_y`)], [], [row(`${name}_y`)]);
const ifNode = (a: GraphProto, b: GraphProto) =>
  makeNode('If', ['yes'], ['y'], { then_branch: { graph: a }, else_branch: { graph: b } });

const loop = makeNode('Loop', ['times', 'yes', 'x'], ['y'], {
  body: {
    graph: body(
      'loop',
      [
        makeNode('Identity', ['go'], ['more']),
        product('at', 'w', 'wx'),
        product('wx', 'v', 'next'),
      ],
      [makeValueInfo('i', 'int64', []), makeValueInfo('go', 'bool', []), row('at')],
      [makeValueInfo('more', 'bool', []), row('next')],
    ),
  },
});
const scan = makeNode('Scan', ['start', 'x'], ['end', 'y'], {
  num_scan_inputs: 1,
  body: {
    graph: body(
      'scan',
      [
        product('state', 'w', 'ws'),
        makeNode('Unsqueeze', ['each', 'axis'], ['part']),
        product('part', 'v', 'vp'),
        makeNode('Add', ['ws', 'vp'], ['sum']),
        makeNode('Squeeze', ['sum', 'axis'], ['scanned']),
        makeNode('Identity', ['sum'], ['after']),
      ],
      [row('state'), makeValueInfo('each', 'float32', [40])],
      [row('after'), makeValueInfo('scanned', 'float32', [40])],
    ),
  },
});

const models: [name: string, model: Model, left: string[]][] = [
  ['the branches of an If', around([ifNode(branch('a', 'w'), branch('b', 'v'))], [yes]), []],
  [
    'a branch within a branch',
    around(
      [
        ifNode(
          body(
            'outer',
            [edit(ifNode(branch('a', 'w'), branch('b', 'v')), { output: ['o'] })],
            [],
            [row('o')],
          ),
          branch('c', 'w'),
        ),
      ],
      [yes],
    ),
    [],
  ],
  ['the body of a Loop', around([loop], [yes, makeTensor('times', [], BigInt64Array.of(3n))]), []],
  [
    'the body of a Scan',
    around(
      [scan],
      [makeTensor('start', [1, 40], wave(40)), makeTensor('axis', [1], BigInt64Array.of(0n))],
    ),
    [],
  ],
  [
    'a branch beside one that was never read',
    around([ifNode(branch('a', 'w'), branch('b', 'w'))], [yes]),
    ['v'],
  ],
];

describe('a model with two initializers of one name', () => {
  it.each([toFloat16, quantizeDynamic])('is skipped: %o', (pass) => {
    const model = around([product('x', 'w', 'y')], [square('w')]);
    const { model: same, report } = pass(model);
    expect(report.skipped).toBe('two initializers are named w');
    expect(same).toBe(model);
  });
});

describe('a weight that only an inner graph reads', () => {
  const passes = { toFloat16, quantizeDynamic } as const;
  const cases = models.flatMap(([name, model, left]) =>
    Object.entries(passes).map(([pass, run]) => ({ name, model, left, pass, run })),
  );

  it.each(cases)('goes with its last reader: $name, $pass', async ({ model, left, run }) => {
    const { model: converted, report } = run(model);
    expect(report.skipped).toBeUndefined();
    expect(unreadInitializers(model)).toEqual(left);
    expect(unreadInitializers(converted)).toEqual(left);
    const feeds = randomFeeds(model);
    const [a, b] = [await runModel(model, feeds), await runModel(converted, feeds)];
    expect(signalToNoise(a.y!, b.y!)).toBeGreaterThan(25);
  });

  it.each(Object.entries(passes))('stays where the outer graph reads it too (%s)', (_, run) => {
    const read = makeNode('Abs', ['w'], ['t']);
    const model = around([read, ifNode(branch('a', 'w'), branch('b', 't'))], [yes]);
    const { initializer } = run(model).model.graph;
    expect(initializer.map(({ name }) => name)).toContain('w');
  });
});
