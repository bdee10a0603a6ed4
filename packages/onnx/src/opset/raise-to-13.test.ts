import { describe, expect, it } from 'vitest';
import { randomFeeds, runModel, signalToNoise } from '../../../../tests/support/onnx-models.ts';
import { float, type GraphBuilder, graphBuilder } from '../build/index.ts';
import { opsetVersion } from '../graph/index.ts';
import type { Model } from '../wire/index.ts';
import { raiseTo13 } from './raise-to-13.ts';

function around(body: (g: GraphBuilder, x: string) => string, opset = 11): Model {
  const g = graphBuilder('old', { opset, irVersion: 6 });
  const x = g.input('x', 'float32', [2, 1, 6]);
  g.output(g.node('Identity', [body(g, x)], {}, 'y'), 'float32');
  return g.build();
}

const changed: Record<string, (g: GraphBuilder, x: string) => string> = {
  'Squeeze and Unsqueeze': (g, x) =>
    g.node('Unsqueeze', [g.node('Squeeze', [x], { axes: [1] })], { axes: [0, 3] }),
  'Squeeze of all': (g, x) => g.node('Squeeze', [x]),
  ReduceSum: (g, x) => g.node('ReduceSum', [x], { axes: [2], keepdims: 0 }),
  Split: (g, x) => {
    g.nodes('Split', [x], ['a', 'b'], { axis: 2, split: [2, 4] });
    return 'b';
  },
  Dropout: (g, x) => g.node('Dropout', [x], { ratio: float(0.3) }),
  'Softmax of the last axis': (g, x) => g.node('Softmax', [x], { axis: 2 }),
  'Softmax of several axes': (g, x) => g.node('Softmax', [x], { axis: 1 }),
  'Softmax of all but the last, from the end': (g, x) => g.node('Softmax', [x], { axis: -2 }),
  'LogSoftmax of the last axis of two': (g, x) =>
    g.node('LogSoftmax', [g.node('Squeeze', [x], { axes: [1] })]),
};

describe('raising to opset 13', () => {
  it.each(Object.entries(changed))('keeps what %s does', async (_, body) => {
    const model = around(body);
    const raised = raiseTo13(model);
    if ('reason' in raised) throw new Error(raised.reason);
    expect(opsetVersion(raised)).toBe(13);
    const feeds = randomFeeds(model);
    const [before, after] = [await runModel(model, feeds), await runModel(raised, feeds)];
    expect(after.y!.dims).toEqual(before.y!.dims);
    expect(signalToNoise(before.y!, after.y!)).toBe(Number.POSITIVE_INFINITY);
  });

  it('goes by way of opset 11 and leaves newer models alone', () => {
    const old = raiseTo13(around((g, x) => g.node('Clip', [x], { max: 0.5 }), 8));
    expect('reason' in old ? old.reason : opsetVersion(old)).toBe(13);
    const newer = around((g, x) => g.node('Relu', [x]), 17);
    expect(raiseTo13(newer)).toBe(newer);
  });
});
