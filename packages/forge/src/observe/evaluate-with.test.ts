import { createOrtEngine } from '@selvedge/engines/ort-node';
import type { Engine, Tensors } from '@selvedge/infer/engine';
import { concat, evaluateConstants, graphBuilder, type Model, writeModel } from '@selvedge/onnx';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { evaluateWith } from './evaluate-with.ts';

let engine: Engine;
beforeAll(() => {
  engine = createOrtEngine({ threads: 1 });
});
afterAll(() => engine.close());

const load = (model: Model) => engine.load({ model: concat(writeModel(model)), name: 'constants' });

async function answer(model: Model, inputs: Tensors) {
  const session = await load(model);
  const { outputs } = await session.run(inputs);
  await session.close();
  return outputs;
}

describe('constants that an engine evaluates', () => {
  it('stand in the place of the nodes that computed them', async () => {
    const g = graphBuilder('weights', { opset: 17, irVersion: 8 });
    const x = g.input('x', 'float32', [1, 4]);
    const wave = Float32Array.from({ length: 16 }, (_, at) => Math.sin(at));
    const w = g.node('Softmax', [g.node('Transpose', [g.constant('w', [4, 4], wave)])], {}, 'soft');
    g.output(g.node('MatMul', [x, w], {}, 'y'), 'float32', [1, 4]);
    const model = g.build();
    const { model: folded, report } = await evaluateConstants(model, evaluateWith(load));
    expect(folded.graph.node.map(({ opType }) => opType)).toEqual(['MatMul']);
    expect(folded.graph.initializer.map(({ name }) => name)).toEqual(['soft']);
    expect(report.changed.map(({ op }) => op)).toContain('Softmax');
    const inputs: Tensors = {
      x: { type: 'float32', shape: [1, 4], data: Float32Array.of(1, 2, 3, 4) },
    };
    expect(await answer(folded, inputs)).toEqual(await answer(model, inputs));
  });

  it('stay as they are where the engine refuses', async () => {
    const g = graphBuilder('strange', { opset: 17, irVersion: 8 });
    const x = g.input('x', 'float32', [1]);
    const text = g.node('StringNormalizer', [g.constant('t', [1], ['a'])]);
    g.output(g.node('Identity', [x], {}, 'y'), 'float32', [1]);
    g.output(g.node('Identity', [text], {}, 'z'), 'string', [1]);
    const model = g.build();
    const refusing = () => Promise.reject(new Error('no'));
    const { model: same, report } = await evaluateConstants(model, evaluateWith(refusing));
    expect(same).toBe(model);
    expect(report.skipped).toBe('the engine could not evaluate the constants');
  });
});
