import { describe, expect, it } from 'vitest';
import { randomFeeds, runModel } from '../../../../tests/support/onnx-models.ts';
import { graphBuilder } from '../build/index.ts';
import { concat, type Model, writeModel } from '../wire/index.ts';
import { quantizeDynamic } from './dynamic.ts';
import { storePalettes } from './stored-palettes.ts';

const size = (model: Model) => concat(writeModel(model)).length;

/** Boxes beside anchors on a grid, as a detector's last nodes; `distinct` coordinates. */
function detector(distinct: number): Model {
  const g = graphBuilder('detector', { opset: 13 });
  const weights = Float32Array.from({ length: 64 * 64 }, (_, at) => Math.sin(at));
  const anchors = Float32Array.from({ length: 64 * 64 }, (_, at) => (at % distinct) / 80 - 0);
  anchors[1] = -0;
  const x = g.input('x', 'float32', [64, 64]);
  const boxes = g.node('MatMul', [x, g.constant('w', [64, 64], weights)]);
  const sizes = g.constant('sizes', [64, 64], anchors);
  const scaled = g.node('Mul', [boxes, sizes]);
  g.output(g.node('Add', [scaled, sizes], {}, 'y'), 'float32');
  return g.build();
}

describe('constants of few values', () => {
  it('take a byte per element, and the model answers the same', async () => {
    const model = detector(200);
    const stored = storePalettes(model);
    expect(size(model) - size(stored)).toBeGreaterThan(0.6 * 4 * 64 * 64);
    const feeds = randomFeeds(model);
    const [before, after] = [await runModel(model, feeds), await runModel(stored, feeds)];
    expect(after.y?.data).toEqual(before.y?.data);
  });

  it('stay as they are where there are more, and a model without any is returned itself', () => {
    const model = detector(300);
    expect(storePalettes(model)).toBe(model);
  });

  it('are stored so beside layers in 8 bits', () => {
    const { model } = quantizeDynamic(detector(200));
    expect(model.graph.initializer.map(({ name }) => name)).toContain('sizes.codes');
  });
});
