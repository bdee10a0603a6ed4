import { isSelvedgeError } from '@selvedge/core/errors';
import { describe, expect, it } from 'vitest';
import { randomFeeds, runModel } from '../../../../tests/support/onnx-models.ts';
import { attribute } from '../graph/index.ts';
import { concat, readModel, writeModel } from '../wire/index.ts';
import { graphBuilder } from './graph-builder.ts';
import { attributeTypes, float, makeNode } from './make.ts';

const messageOf = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (isSelvedgeError(error)) return error.message;
    throw error;
  }
  return 'nothing';
};

describe('a model made from scratch', () => {
  it('runs, with a batch of any size', async () => {
    const g = graphBuilder('classifier');
    const x = g.input('image', 'float32', ['batch', 1, 8, 8]);
    const w = g.constant('conv.weight', [4, 1, 3, 3], new Float32Array(36).fill(0.1));
    const conv = g.node('Relu', [g.node('Conv', [x, w], { pads: [1, 1, 1, 1] })]);
    const pooled = g.node('GlobalAveragePool', [
      g.node('MaxPool', [conv], { kernel_shape: [2, 2], strides: [2, 2] }),
    ]);
    const flat = g.node('Flatten', [pooled], { axis: 1 });
    const [fw, fb] = [
      g.constant('fc.weight', [3, 4], new Float32Array(12).fill(0.5)),
      g.constant('fc.bias', [3], new Float32Array(3)),
    ];
    g.output(g.node('Gemm', [flat, fw, fb], { transB: 1 }, 'logits'), 'float32', ['batch', 3]);
    const model = readModel(concat(writeModel(g.build())));
    for (const batch of [1, 5]) {
      const { logits } = await runModel(model, randomFeeds(model, { image: [batch, 1, 8, 8] }));
      expect(logits!.dims).toEqual([batch, 3]);
    }
  });

  it('has attributes of the types that their values say', () => {
    const node = makeNode('Any', [], [], {
      int: 3,
      float: 0.5,
      whole: float(1),
      text: 'same',
      ints: [1, 2],
      floats: [0.5, 2],
      texts: ['a', 'b'],
      big: 2n ** 62n,
      none: undefined,
    });
    const types = Object.fromEntries(node.attribute.map(({ name, type }) => [name, type]));
    const { int, float: real, string, ints, floats, strings } = attributeTypes;
    expect(types).toEqual({
      int,
      float: real,
      whole: real,
      text: string,
      ints,
      floats,
      texts: strings,
      big: int,
    });
    expect(attribute(node, 'floats')!.floats).toEqual([0.5, 2]);
  });

  it('is refused where a value is missing or made twice', () => {
    const g = graphBuilder('g');
    expect(messageOf(() => g.node('Relu', ['x']))).toBe(
      'graph g: Relu_0 reads x, which nothing makes before it',
    );
    g.input('x', 'float32', [1]);
    expect(messageOf(() => g.constant('x', [1], Float32Array.of(1)))).toBe(
      'graph g: two values are named x',
    );
    expect(messageOf(() => g.output('y', 'float32'))).toContain('an output reads y');
    expect(g.node('Clip', ['x', '', ''])).toBe('Clip_0_out');
  });
});
