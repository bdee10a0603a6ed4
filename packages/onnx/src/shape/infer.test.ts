import { describe, expect, it } from 'vitest';
import {
  feedShapes,
  randomFeeds,
  runModel,
  sharedModels,
} from '../../../../tests/support/onnx-models.ts';
import { noSharedData } from '../../../../tests/support/shared-data.ts';
import { itUnless } from '../../../../tests/support/skip.ts';
import { graphBuilder } from '../build/index.ts';
import { exposeValues } from '../graph/index.ts';
import { readModel } from '../wire/index.ts';
import { isKnown } from './facts.ts';
import { inferValues } from './infer.ts';

/** Integers beyond 2^53 are known by their sign alone. */
const followed = (value: number | bigint): number =>
  typeof value === 'number' || Number.isSafeInteger(Number(value))
    ? Number(value)
    : Number(value) * Number.POSITIVE_INFINITY;

describe('inference', () => {
  itUnless(noSharedData).each(sharedModels)(
    'of $name agrees with every value of a run: type, shape, constants',
    async ({ name, bytes }) => {
      const model = readModel(bytes(), { name });
      const inference = inferValues(model);
      const values = await runModel(
        exposeValues(model, 'all'),
        randomFeeds(model, feedShapes[name]),
        {
          graphOptimizationLevel: 'disabled',
        },
      );
      for (const [value, tensor] of Object.entries(values)) {
        const { type, shape, constant } = inference.of(model.graph, value);
        if (type) expect([value, type]).toEqual([value, tensor.type]);
        if (isKnown(shape)) expect([value, shape]).toEqual([value, tensor.dims]);
        else if (shape) expect([value, shape.length]).toEqual([value, tensor.dims.length]);
        if (constant)
          expect(Array.from(tensor.data as ArrayLike<number>, followed)).toEqual(constant);
      }
    },
  );

  itUnless(noSharedData)('knows all shapes of the models without free dimensions but one', () => {
    for (const { name, bytes } of sharedModels) {
      if (['silero-vad-v6.2.onnx', 'xgboost-regressor.onnx'].includes(name)) continue;
      const model = readModel(bytes(), { name });
      const inference = inferValues(model);
      const unknown = model.graph.node
        .flatMap(({ output }) => output)
        .filter((value) => value && !isKnown(inference.of(model.graph, value).shape));
      expect([name, unknown]).toEqual([name, []]);
    }
  });

  it('takes a free first dimension as one sample, and leaves the others open unless told', () => {
    const g = graphBuilder('open');
    const x = g.input('x', 'float32', ['batch', 'time', 8]);
    g.output(g.node('Relu', [x], {}, 'y'), 'float32');
    const model = g.build();
    expect(inferValues(model).of(model.graph, 'y').shape).toEqual([1, null, 8]);
    expect(
      inferValues(model, { dimensions: { batch: 4, time: 20 } }).of(model.graph, 'y').shape,
    ).toEqual([4, 20, 8]);
  });

  it('believes an observation over every rule', () => {
    const g = graphBuilder('observed', { domains: { 'com.example': 1 } });
    const x = g.input('x', 'float32', ['n', 'm']);
    g.output(g.node('NonZero', [x], {}, 'y'), 'int64');
    const model = g.build();
    const shapes = new Map([['y', [2, 7]]]);
    expect(inferValues(model).of(model.graph, 'y').shape).toEqual([2, null]);
    expect(inferValues(model, { shapes }).of(model.graph, 'y').shape).toEqual([2, 7]);
  });
});
