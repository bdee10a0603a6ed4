import { describe, expect, it } from 'vitest';
import { nodeTestModels, sharedModels } from '../../../../tests/support/onnx-models.ts';
import { noSharedData } from '../../../../tests/support/shared-data.ts';
import { itUnless } from '../../../../tests/support/skip.ts';
import { graphBuilder, makeModel, makeNode, makeTensor, makeValueInfo } from '../build/index.ts';
import { observableValues, quantizeStatic } from '../quantize/index.ts';
import { make, type NodeProto, readModel } from '../wire/index.ts';
import { countModel } from './count.ts';

const floats = (count: number): Float32Array => new Float32Array(count);
const ints = (...values: number[]) => BigInt64Array.from(values, BigInt);

/** A branch or body of one product of `x` [1, 4] by a stored square. */
const square = (name: string, more: readonly NodeProto[] = [], input: string[] = []) =>
  make('GraphProto', {
    name,
    node: [...more, makeNode('MatMul', ['x', `${name}_w`], [`${name}_y`])],
    initializer: [makeTensor(`${name}_w`, [4, 4], floats(16))],
    input: input.map((value) => make('ValueInfoProto', { name: value })),
    output: [...more.flatMap(({ output }) => output), `${name}_y`].map((value) =>
      make('ValueInfoProto', { name: value }),
    ),
  });

describe('work inside nodes', () => {
  const choice = (condition: boolean | undefined) => {
    const thin = make('GraphProto', {
      name: 'thin',
      node: [makeNode('Neg', ['x'], ['thin_y'])],
      output: [make('ValueInfoProto', { name: 'thin_y' })],
    });
    return makeModel(
      make('GraphProto', {
        name: 'choice',
        node: [
          makeNode('If', ['c'], ['y'], {
            then_branch: { graph: square('wide') },
            else_branch: { graph: thin },
          }),
        ],
        initializer:
          condition === undefined
            ? []
            : [makeTensor('c', [], Uint8Array.of(Number(condition)), 'bool')],
        input: [
          makeValueInfo('x', 'float32', [1, 4]),
          ...(condition === undefined ? [makeValueInfo('c', 'bool', [])] : []),
        ],
        output: [makeValueInfo('y', 'float32', [1, 4])],
      }),
      { opset: 17 },
    );
  };

  it('is that of the branch that is taken, or of the costlier one', () => {
    const of = (condition: boolean | undefined) => countModel(choice(condition)).workload;
    expect(of(undefined)).toMatchObject({ macs: 16, weightBytes: 64, nodes: 2 });
    expect(of(true)).toMatchObject({ macs: 16, weightBytes: 64 });
    expect(of(false)).toMatchObject({ macs: 0, weightBytes: 0, activationBytes: 32 });
    expect(of(false).uncounted).toBeUndefined();
  });

  it('is done in each round of a Loop; weights are counted once', () => {
    const g = graphBuilder('loop', { opset: 17 });
    g.input('x', 'float32', [1, 4]);
    const times = g.constant('times', [], ints(5));
    const more = makeNode('Identity', ['go'], ['more']);
    g.nodes('Loop', [times], ['all'], { body: { graph: square('body', [more], ['i', 'go']) } });
    g.output('all', 'float32', [5, 1, 4]);
    const { workload } = countModel(g.build());
    expect(workload).toMatchObject({ macs: 5 * 16, weightBytes: 64 });
    expect(workload.uncounted).toBeUndefined();
  });

  it('of a Loop that may end earlier is that of one round, and the Loop is named', () => {
    const g = graphBuilder('open', { opset: 17 });
    g.input('x', 'float32', [1, 4]);
    const times = g.input('times', 'int64', []);
    const more = makeNode('Identity', ['go'], ['more']);
    g.nodes('Loop', [times], ['all'], { body: { graph: square('body', [more], ['i', 'go']) } });
    g.output('all', 'float32');
    expect(countModel(g.build()).workload).toMatchObject({ macs: 16, uncounted: ['Loop'] });
  });
});

describe('operators beyond the default domain', () => {
  const one = (
    op: string,
    inputs: readonly string[],
    attributes: Parameters<typeof makeNode>[3],
    stored: ReturnType<typeof makeTensor>[],
    output: Parameters<typeof makeValueInfo>[2],
  ) => {
    const [domain, name] = op.split(':');
    return countModel(
      makeModel(
        make('GraphProto', {
          name: 'one',
          node: [makeNode(name!, inputs, ['y'], attributes, { domain: domain! })],
          initializer: stored,
          input: [makeValueInfo('x', 'float32', [2, 64])],
          output: [makeValueInfo('y', 'float32', output)],
        }),
        { domains: { [domain!]: 1 } },
      ),
    ).workload;
  };

  it('that hold 4-bit weights multiply what they stand for and read what they hold', () => {
    const packed = [
      makeTensor('b', [8, 2, 16], new Uint8Array(256)),
      makeTensor('s', [16], floats(16)),
    ];
    const workload = one(
      'com.microsoft:MatMulNBits',
      ['x', 'b', 's'],
      { K: 64, N: 8, bits: 4, block_size: 32 },
      packed,
      [2, 8],
    );
    expect(workload).toMatchObject({ macs: 2 * 64 * 8, weightBytes: 256 + 64 });
    expect(workload.uncounted).toBeUndefined();
  });

  it('that are trees compare down their longest way, for each sample', () => {
    const tree = {
      // A root, a branch below it, three leaves; and a second tree of one leaf.
      nodes_treeids: [0, 0, 0, 0, 0, 1],
      nodes_nodeids: [0, 1, 2, 3, 4, 0],
      nodes_modes: ['BRANCH_LEQ', 'BRANCH_LEQ', 'LEAF', 'LEAF', 'LEAF', 'LEAF'],
      nodes_truenodeids: [1, 2, 0, 0, 0, 0],
      nodes_falsenodeids: [4, 3, 0, 0, 0, 0],
      n_targets: 1,
    };
    const workload = one('ai.onnx.ml:TreeEnsembleRegressor', ['x'], tree, [], [2, 1]);
    expect(workload).toMatchObject({ macs: 2 * 2, activationBytes: 4 * (2 * 64 + 2) });
    expect(workload.weightBytes).toBe(8 * 24);
  });

  it('that nobody knows are named', () => {
    expect(one('com.example:Mystery', ['x'], {}, [], [2, 1]).uncounted).toEqual([
      'com.example:Mystery',
    ]);
  });
});

describe('bytes', () => {
  it('of a lookup are those of the rows that it gives', () => {
    const g = graphBuilder('lookup', { opset: 17 });
    const ids = g.input('ids', 'int64', [1, 3]);
    const table = g.constant('table', [1000, 8], floats(8000));
    g.output(g.node('Gather', [table, ids], {}, 'y'), 'float32', [1, 3, 8]);
    const { workload } = countModel(g.build());
    expect(workload.weightBytes).toBe(3 * 8 * 4);
    expect(workload.peakMemoryBytes).toBe(32000 + 24 + 96);
  });

  itUnless(noSharedData)(
    'of a quantised network are a quarter of the float one’s, its products the same',
    () => {
      const file = sharedModels.find(({ name }) => name === 'resnet8-cifar10.onnx')!;
      const model = readModel(file.bytes());
      const range = { min: -2, max: 2 };
      const ranges = new Map(observableValues(model).map((name) => [name, range]));
      const [float, int8] = [model, quantizeStatic(model, ranges).model].map(
        (one) => countModel(one).workload,
      );
      expect(int8!.macs).toBe(float!.macs);
      expect(int8!.weightBytes).toBeLessThan(0.27 * float!.weightBytes);
      expect(int8!.activationBytes).toBeLessThan(0.27 * float!.activationBytes);
      expect(int8!.peakMemoryBytes).toBeLessThan(0.27 * float!.peakMemoryBytes);
    },
  );

  itUnless(noSharedData)('and products are counted in all but few of ONNX’s node tests', () => {
    const open = nodeTestModels().filter(
      ({ name, bytes }) => countModel(readModel(bytes, { name })).workload.uncounted,
    );
    expect(open.length).toBeLessThan(30);
  });
});
