import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { graphBuilder, makeModel, makeNode, makeValueInfo } from '../build/index.ts';
import { inferValues } from '../shape/index.ts';
import { judge, type SupportList } from '../support/index.ts';
import { type Model, make, type NodeProto } from '../wire/index.ts';
import { groupNodes } from './group-nodes.ts';
import { type PartitionPolicy, partition } from './index.ts';

/** A provider that runs Relu and MatMul. */
const list: SupportList = {
  provider: 'test',
  version: '1',
  about: 'a test provider',
  sources: [],
  imported: '2026-01-01',
  types: 'values',
  subgraphs: 'inside',
  always: [],
  unlisted: 'unsupported',
  rules: ['Relu', 'MatMul'].map((op) => ({ id: op, op })),
};

function divide(model: Model, policy: PartitionPolicy = { cut: 'groups' }) {
  const inference = inferValues(model);
  return partition(model, inference, judge(model, inference, list), policy);
}

/** Operators one after another on a value of 16 floats; MatMuls have weights. */
function chain(...ops: string[]): Model {
  const g = graphBuilder('chain', { opset: 13 });
  let value = g.input('x', 'float32', [1, 16]);
  for (const [at, op] of ops.entries()) {
    const more = op === 'MatMul' ? [g.constant(`w${at}`, [16, 16], new Float32Array(256))] : [];
    value = g.node(op, [value, ...more]);
  }
  g.output(value, 'float32');
  return g.build();
}

const sides = (found: ReturnType<typeof divide>) =>
  found.partitions.map(({ on, nodes }) => `${on}: ${nodes.map(({ opType }) => opType).join(' ')}`);

describe('dividing a model', () => {
  it('is whole where everything is taken', () => {
    const found = divide(chain('MatMul', 'Relu', 'MatMul'));
    expect(found).toMatchObject({
      accelerated: 1,
      fallbackShare: 0,
      basis: 'macs',
      crossingBytes: 0,
    });
  });

  it('counts the work of what falls back, and what passes to and fro', () => {
    const found = divide(chain('MatMul', 'Sin', 'MatMul', 'MatMul'));
    expect(sides(found)).toEqual(['accelerator: MatMul', 'cpu: Sin', 'accelerator: MatMul MatMul']);
    expect(found).toMatchObject({ accelerated: 2, fallbackShare: 0, crossingBytes: 2 * 64 });
    expect(found.partitions.map(({ bytesIn, bytesOut }) => [bytesIn, bytesOut])).toEqual([
      [0, 64],
      [64, 64],
      [64, 0],
    ]);
  });

  it('leaves all after the first cut to the CPU where a runtime cuts once', () => {
    const found = divide(chain('MatMul', 'Sin', 'MatMul', 'MatMul'), { cut: 'one-cut' });
    expect(sides(found)).toEqual(['accelerator: MatMul', 'cpu: Sin MatMul MatMul']);
    expect(found.fallbackShare).toBeCloseTo(2 / 3);
  });

  it('cuts nothing where float inputs are quantised', () => {
    const found = divide(chain('QuantizeLinear', 'MatMul', 'MatMul', 'Sin'), {
      cut: 'one-cut',
    });
    expect(sides(found)).toEqual(['cpu: QuantizeLinear', 'accelerator: MatMul MatMul', 'cpu: Sin']);
  });

  it('counts nodes where nothing multiplies', () => {
    expect(divide(chain('Relu', 'Sin'))).toMatchObject({ basis: 'nodes', fallbackShare: 0.5 });
  });

  it('leaves groups that are too small to the CPU', () => {
    const found = divide(chain('Relu', 'Sin', 'Relu', 'Relu'), { cut: 'groups', minNodes: 2 });
    expect(sides(found)).toEqual(['cpu: Relu Sin', 'accelerator: Relu Relu']);
  });

  it('keeps branches together that do not wait for each other', () => {
    const g = graphBuilder('branches', { opset: 13 });
    const x = g.input('x', 'float32', [4]);
    const [a, b, c] = [g.node('Relu', [x]), g.node('Sin', [x]), g.node('Relu', [x])];
    g.output(g.node('Relu', [g.node('Add', [g.node('Add', [a, b]), c])]), 'float32');
    expect(sides(divide(g.build()))).toEqual([
      'cpu: Sin',
      'accelerator: Relu Relu',
      'cpu: Add Add',
      'accelerator: Relu',
    ]);
  });
});

/** Nodes that read any of the values before them, each taken or not. */
const graphs = fc
  .array(
    fc.record({ taken: fc.boolean(), reads: fc.array(fc.nat(), { minLength: 1, maxLength: 3 }) }),
    {
      minLength: 1,
      maxLength: 24,
    },
  )
  .map((plan) =>
    plan.map(({ taken, reads }, at) => ({
      taken,
      node: makeNode(
        taken ? 'Relu' : 'Sin',
        reads.map((read) => `v${read % (at + 1)}`),
        [`v${at + 1}`],
      ),
    })),
  );

describe('groups', () => {
  const groupsOf = (plan: readonly { taken: boolean; node: NodeProto }[]) => {
    const taken = new Set(plan.filter((one) => one.taken).map(({ node }) => node));
    return {
      taken,
      groups: groupNodes(
        plan.map(({ node }) => node),
        (node) => taken.has(node),
      ),
    };
  };

  it('hold every node once, on its side, and can run in their order', () => {
    fc.assert(
      fc.property(graphs, (plan) => {
        const { taken, groups } = groupsOf(plan);
        expect(groups.flatMap(({ nodes }) => nodes)).toHaveLength(plan.length);
        const made = new Set(['v0']);
        for (const { on, nodes } of groups) {
          for (const node of nodes) {
            expect(taken.has(node)).toBe(on === 'accelerator');
            expect(node.input.every((name) => made.has(name))).toBe(true);
            made.add(node.output[0]!);
          }
        }
      }),
    );
  });

  it('are never more than there are changes of side along the order of the graph', () => {
    fc.assert(
      fc.property(graphs, (plan) => {
        const { groups } = groupsOf(plan);
        const runs = plan.filter(({ taken }, at) => taken && !plan[at - 1]?.taken).length;
        expect(groups.filter(({ on }) => on === 'accelerator').length).toBeLessThanOrEqual(runs);
      }),
    );
  });
});

describe('control flow', () => {
  it('counts what falls back inside a branch', () => {
    const branch = (op: string) =>
      make('GraphProto', {
        name: op,
        node: [makeNode('MatMul', ['x', 'w'], [`m${op}`]), makeNode(op, [`m${op}`], [`y${op}`])],
        output: [makeValueInfo(`y${op}`, 'float32')],
      });
    const graph = make('GraphProto', {
      name: 'main',
      input: [
        makeValueInfo('c', 'bool', []),
        makeValueInfo('x', 'float32', [1, 16]),
        makeValueInfo('w', 'float32', [16, 16]),
      ],
      node: [
        makeNode('If', ['c'], ['y'], {
          then_branch: { graph: branch('Relu') },
          else_branch: { graph: branch('Sin') },
        }),
      ],
      output: [makeValueInfo('y', 'float32')],
    });
    const model = makeModel(graph, { opset: 13 });
    expect(divide(model)).toMatchObject({ accelerated: 2, fallbackShare: 0, basis: 'macs' });
    const whole = { ...list, subgraphs: 'whole' as const };
    const inference = inferValues(model);
    const found = partition(model, inference, judge(model, inference, whole), { cut: 'groups' });
    expect(found).toMatchObject({ accelerated: 0, fallbackShare: 1 });
  });
});
