import { isSelvedgeError } from '@selvedge/core/errors';
import { describe, expect, it } from 'vitest';
import { randomFeeds, runModel } from '../../../../tests/support/onnx-models.ts';
import { graphBuilder } from '../build/index.ts';
import { exposeValues } from './expose.ts';

function chain() {
  const g = graphBuilder('chain');
  const x = g.input('x', 'float32', [1, 3]);
  const a = g.node('Relu', [x], {}, 'a');
  g.output(g.node('Neg', [a], {}, 'y'), 'float32', [1, 3]);
  return g.build();
}

describe('exposing values', () => {
  it('adds outputs behind those that were there, each once', async () => {
    const model = chain();
    const shown = exposeValues(model, ['a', 'y', 'a', 'x']);
    expect(shown.graph.output.map(({ name }) => name)).toEqual(['y', 'a']);
    expect(exposeValues(model, 'all')).toEqual(shown);
    const values = await runModel(shown, randomFeeds(model));
    expect(Object.keys(values).sort()).toEqual(['a', 'y']);
  });

  it('gives the model back where nothing is hidden', () => {
    const model = chain();
    expect(exposeValues(model, ['y'])).toBe(model);
  });

  it('refuses a name that the graph does not have', () => {
    try {
      exposeValues(chain(), ['b']);
      expect.unreachable();
    } catch (error) {
      expect(isSelvedgeError(error) && error.code).toBe('usage');
      expect(String(error)).toContain('b is no value of the graph chain');
    }
  });
});
