import { describe, expect, it } from 'vitest';
import { randomFeeds, runModel } from '../../../../tests/support/onnx-models.ts';
import { float, type GraphBuilder, graphBuilder } from '../build/index.ts';
import { opsetVersion } from '../graph/index.ts';
import type { Model } from '../wire/index.ts';
import { upgradeOpset } from './upgrade.ts';

function old(opset: number, body: (g: GraphBuilder, x: string) => string): Model {
  const g = graphBuilder('old', { opset, irVersion: 4 });
  const x = g.input('x', 'float32', [1, 2, 4, 6]);
  g.output(g.node('Identity', [body(g, x)], {}, 'y'), 'float32');
  return g.build();
}
const half = [float(-0.5), float(0.5)];

describe('raising a model to opset 11', () => {
  it.each<[string, number, (g: GraphBuilder, x: string) => string]>([
    ['Clip', 8, (g, x) => g.node('Clip', [x], { min: half[0], max: half[1] })],
    ['Clip', 10, (g, x) => g.node('Clip', [x], { min: half[0] })],
    ['Pad', 8, (g, x) => g.node('Pad', [x], { pads: [0, 0, 1, 2, 0, 0, 3, 0], value: float(7) })],
    ['Pad', 10, (g, x) => g.node('Pad', [x], { mode: 'reflect', pads: [0, 0, 1, 2, 0, 0, 1, 0] })],
    [
      'Slice',
      9,
      (g, x) => g.node('Slice', [x], { starts: [1], ends: [2n ** 63n - 1n], axes: [3] }),
    ],
    ['Slice', 9, (g, x) => g.node('Slice', [x], { starts: [1, -3], ends: [9, -1], axes: [2, 3] })],
    [
      'Upsample',
      8,
      (g, x) => g.node('Upsample', [x], { mode: 'nearest', scales: [1, 1, 2, 3].map(float) }),
    ],
    [
      'Upsample',
      9,
      (g, x) =>
        g.node('Upsample', [x, g.constant('s', [4], Float32Array.of(1, 1, 2, 2))], {
          mode: 'linear',
        }),
    ],
    [
      'Resize',
      10,
      (g, x) => g.node('Resize', [x, g.constant('s', [4], Float32Array.of(1, 1, 1.5, 2))]),
    ],
    [
      'TopK',
      9,
      (g, x) => {
        g.nodes('TopK', [x], ['values', 'indices'], { k: 2, axis: 3 });
        return 'values';
      },
    ],
    [
      'BatchNormalization',
      8,
      (g, x) => {
        const ones = (name: string) => g.constant(name, [2], Float32Array.of(1.5, 2));
        return g.node('BatchNormalization', [x, ones('a'), ones('b'), ones('c'), ones('d')]);
      },
    ],
    ['Softmax', 8, (g, x) => g.node('Softmax', [g.node('MaxPool', [x], { kernel_shape: [2, 2] })])],
  ])('keeps what %s of opset %i answers', async (_, opset, body) => {
    const model = old(opset, body);
    const raised = upgradeOpset(model);
    if ('reason' in raised) throw new Error(raised.reason);
    expect(opsetVersion(raised)).toBe(11);
    const feeds = randomFeeds(model);
    const [a, b] = [await runModel(model, feeds), await runModel(raised, feeds)];
    expect(b.y!.dims).toEqual(a.y!.dims);
    expect(b.y!.data).toEqual(a.y!.data);
  });

  it('names the operator it cannot raise, and the version it does not know', () => {
    const scatter = old(9, (g, x) =>
      g.node('Scatter', [x, g.constant('i', [1], BigInt64Array.of(0n)), x]),
    );
    expect(upgradeOpset(scatter)).toEqual({ reason: 'Scatter changed between opset 9 and 11' });
    expect(upgradeOpset(old(6, (g, x) => g.node('Relu', [x])))).toEqual({
      reason: 'opset 6 is older than the 7 this pass can raise',
    });
    const recent = old(17, (g, x) => g.node('Relu', [x]));
    expect(upgradeOpset(recent)).toBe(recent);
  });
});
