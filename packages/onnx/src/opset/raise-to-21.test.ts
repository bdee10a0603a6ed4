import { describe, expect, it } from 'vitest';
import {
  feedShapes,
  randomFeeds,
  runModel,
  sharedModels,
  signalToNoise,
} from '../../../../tests/support/onnx-models.ts';
import { noSharedData } from '../../../../tests/support/shared-data.ts';
import { itUnless } from '../../../../tests/support/skip.ts';
import { type GraphBuilder, graphBuilder } from '../build/index.ts';
import { opsetVersion } from '../graph/index.ts';
import { readModel } from '../wire/index.ts';
import { raiseTo21 } from './raise-to-21.ts';

function around(opset: number, body: (g: GraphBuilder, x: string) => string) {
  const g = graphBuilder('small', { opset, irVersion: 8 });
  g.output(
    g.node('Identity', [body(g, g.input('x', 'float32', [2, 3, 6, 6]))], {}, 'y'),
    'float32',
  );
  return g.build();
}

describe('raising a model to opset 21', () => {
  itUnless(noSharedData).each(sharedModels)(
    '$name answers what it answered, or is refused with a reason',
    async ({ name, bytes }) => {
      const model = readModel(bytes());
      const raised = raiseTo21(model);
      if ('reason' in raised) {
        expect(['xgboost-regressor.onnx', 'lgbm-classifier.onnx']).toContain(name);
        return;
      }
      expect(opsetVersion(raised)).toBe(21);
      const feeds = randomFeeds(model, feedShapes[name]);
      const [a, b] = [await runModel(model, feeds), await runModel(raised, feeds)];
      for (const [output, tensor] of Object.entries(a))
        expect(signalToNoise(tensor, b[output]!)).toBeGreaterThan(100);
    },
  );

  it.each([
    [
      'ReduceMean with axes',
      13,
      (g: GraphBuilder, x: string) => g.node('ReduceMean', [x], { axes: [1, -1], keepdims: 0 }),
    ],
    [
      'ReduceMax of everything',
      17,
      (g: GraphBuilder, x: string) => g.node('ReduceMax', [x], { keepdims: 0 }),
    ],
    [
      'Split in equal parts',
      17,
      (g: GraphBuilder, x: string) => {
        g.nodes('Split', [x], ['a', 'b', 'c'], { axis: 3 });
        return g.node('Sub', ['a', 'c']);
      },
    ],
    [
      'RoiAlign',
      11,
      (g: GraphBuilder, x: string) => {
        const rois = g.constant('rois', [1, 4], Float32Array.of(0.3, 0.7, 4.1, 5.2));
        const of = g.constant('of', [1], BigInt64Array.of(1n));
        return g.node('RoiAlign', [x, rois, of], { output_height: 3, output_width: 3 });
      },
    ],
    [
      'GridSample',
      16,
      (g: GraphBuilder, x: string) => {
        const grid = Float32Array.from({ length: 2 * 4 * 4 * 2 }, (_, at) => Math.sin(at));
        return g.node('GridSample', [x, g.constant('grid', [2, 4, 4, 2], grid)], {
          mode: 'bicubic',
        });
      },
    ],
  ] as const)('keeps the meaning of %s', async (_, opset, body) => {
    const model = around(opset, body);
    const raised = raiseTo21(model);
    if ('reason' in raised) throw new Error(raised.reason);
    const feeds = randomFeeds(model);
    const [a, b] = [await runModel(model, feeds), await runModel(raised, feeds)];
    expect(b.y!.dims).toEqual(a.y!.dims);
    expect(signalToNoise(a.y!, b.y!)).toBeGreaterThan(120);
  });

  it('refuses what has no equal, and leaves what is there already', () => {
    const group = around(18, (g, x) => {
      const [s, b] = [1, 2].map((value) =>
        g.constant(`c${value}`, [3], new Float32Array(3).fill(value)),
      );
      return g.node('GroupNormalization', [x, s!, b!], { num_groups: 3 });
    });
    expect(raiseTo21(group)).toEqual({
      reason: 'GroupNormalization GroupNormalization_0 has other inputs in opset 21',
    });
    const model = around(21, (g, x) => g.node('Relu', [x]));
    expect(raiseTo21(model)).toBe(model);
  });
});
