import { Workload } from '@selvedge/core/release';
import { parseDocument } from '@selvedge/core/schema';
import { describe, expect, it } from 'vitest';
import { sharedModels } from '../../../../tests/support/onnx-models.ts';
import { noSharedData } from '../../../../tests/support/shared-data.ts';
import { itUnless } from '../../../../tests/support/skip.ts';
import { float, graphBuilder, makeModel, makeNode, makeValueInfo } from '../build/index.ts';
import { make, readModel } from '../wire/index.ts';
import { countModel } from './count.ts';

const floats = (count: number): Float32Array => new Float32Array(count);

describe('counts', () => {
  it('follow from the definitions of the operators', () => {
    const g = graphBuilder('sum');
    const x = g.input('x', 'float32', ['batch', 3, 8, 8]);
    const conv = g.node('Conv', [x, g.constant('w', [4, 3, 3, 3], floats(108))], {
      pads: [1, 1, 1, 1],
    });
    const grouped = g.node('Conv', [conv, g.constant('d', [4, 1, 3, 3], floats(36))], { group: 4 });
    const up = g.node('ConvTranspose', [grouped, g.constant('t', [4, 2, 2, 2], floats(32))], {
      strides: [2, 2],
    });
    const flat = g.node('Flatten', [up]);
    g.node(
      'Gemm',
      [flat, g.constant('b', [5, 288], floats(1440))],
      { transB: 1, alpha: float(1) },
      'y',
    );
    g.output('y', 'float32', ['batch', 5]);
    const { workload, nodes } = countModel(g.build());
    expect(nodes.map(({ op, macs }) => [op, macs])).toEqual([
      ['Conv', 4 * 8 * 8 * 3 * 9],
      ['Conv', 4 * 6 * 6 * 9],
      ['ConvTranspose', 4 * 6 * 6 * 2 * 4],
      ['Flatten', 0],
      ['Gemm', 5 * 288],
    ]);
    expect(workload.macs).toBe(6912 + 1296 + 1152 + 1440);
    expect(workload.weightBytes).toBe(4 * (108 + 36 + 32 + 1440));
    expect(workload.uncounted).toBeUndefined();
  });

  it('of recurrent layers are gates × hidden × (input + hidden) for each step', () => {
    const g = graphBuilder('recurrent');
    const x = g.input('x', 'float32', [7, 2, 5]);
    const w = g.constant('w', [1, 4 * 3, 5], floats(60));
    const r = g.constant('r', [1, 4 * 3, 3], floats(36));
    g.nodes('LSTM', [x, w, r], ['y'], { hidden_size: 3 });
    g.output('y', 'float32');
    expect(countModel(g.build()).workload.macs).toBe(7 * 2 * 4 * 3 * (5 + 3));
  });

  it('bound the memory that is alive at once', () => {
    const g = graphBuilder('chain');
    const x = g.input('x', 'float32', [1, 256]);
    const a = g.node('Relu', [x]);
    const b = g.node('Relu', [a]);
    g.output(g.node('Add', [b, x], {}, 'y'), 'float32', [1, 256]);
    const { workload } = countModel(g.build());
    // x stays for the Add; beside it at most the operand and the result of one node.
    expect(workload.peakMemoryBytes).toBe(3 * 1024);
    expect(workload.activationBytes).toBe((2 + 2 + 3) * 1024);
  });

  it('name what they could not count, and use shapes that were observed', () => {
    const node = [
      makeNode('Mystery', ['x'], ['m'], {}, { domain: 'com.example' }),
      makeNode('Relu', ['m'], ['y']),
    ];
    const model = makeModel(
      make('GraphProto', {
        name: 'g',
        node,
        input: [makeValueInfo('x', 'float32', [1, 4])],
        output: [makeValueInfo('y', 'float32')],
      }),
    );
    const before = countModel(model);
    expect(before.workload.uncounted).toEqual(['Relu', 'com.example:Mystery']);
    expect(before.unknownShapes).toEqual(['m', 'y']);
    const shapes = new Map([['m', [1, 9]]]);
    const after = countModel(model, { shapes });
    expect(after.unknownShapes).toEqual([]);
    expect(after.workload.uncounted).toContain('com.example:Mystery');
  });

  itUnless(noSharedData)('of the MLPerf Tiny networks are the published ones', () => {
    // github.com/mlcommons/tiny: ResNet-8 12.5 M, MobileNetV1 0.25 7.49 M multiply-accumulates.
    const macs = (file: string) =>
      countModel(readModel(sharedModels.find(({ name }) => name === file)!.bytes())).workload.macs;
    expect(macs('resnet8-cifar10.onnx')).toBe(12_501_632);
    expect(macs('mobilenet-vww.onnx')).toBe(7_489_664);
  });

  itUnless(noSharedData)('of every shared model fit the document that carries them', () => {
    for (const { name, bytes } of sharedModels) {
      const { workload } = countModel(readModel(bytes(), { name }));
      expect(parseDocument(Workload, workload, name)).toBe(workload);
      expect(workload.nodes).toBeGreaterThan(0);
    }
  });
});
