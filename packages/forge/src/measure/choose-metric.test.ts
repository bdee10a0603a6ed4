import type { Tensors } from '@selvedge/infer/engine';
import { describe, expect, it } from 'vitest';
import type { Dataset } from '../dataset/index.ts';
import { chooseMetric } from './choose-metric.ts';

const set = { labels: undefined, expectedOutputs: [] } as unknown as Dataset;
const answer = (...shape: number[]): Tensors => {
  const length = shape.reduce((product, side) => product * side, 1);
  return { first: { type: 'float32', shape, data: new Float32Array(length) } };
};
const chosen = async (of: Dataset, example: Tensors) =>
  (await chooseMetric(undefined, of, example)).name;

describe('without a metric', () => {
  it.each([
    ['a row of scores', [1, 10], 'agreement'],
    ['scores of a convolution', [1, 10, 1, 1], 'agreement'],
    ['scores behind a sequence of one', [1, 1, 10], 'agreement'],
    ['a score for each of many places', [1, 1600, 1], 'snr'],
    ['a single number', [1, 1], 'snr'],
    ['a picture', [1, 1, 8, 8], 'snr'],
  ] as const)('%s is judged by what it is', async (_, shape, metric) => {
    expect(await chosen(set, answer(...shape))).toBe(metric);
  });

  it('a name is a classifier’s, and names are compared', async () => {
    const named = (name: string): Tensors => ({
      first: { type: 'string', shape: [1], data: [name] },
    });
    const metric = await chooseMetric(undefined, set, named('cat'));
    expect(metric.name).toBe('agreement');
    const score = (outputs: Tensors) =>
      metric.score({
        index: 0,
        inputs: {},
        expected: {},
        outputs,
        reference: named('cat'),
      } as never);
    expect([await score(named('cat')), await score(named('dog'))]).toEqual([1, 0]);
    const numbers = await chooseMetric('snr', set, named('cat'));
    expect(() =>
      numbers.score({
        index: 0,
        expected: {},
        outputs: named('cat'),
        reference: named('cat'),
      } as never),
    ).toThrow(/snr compares numbers, and the output first is text/);
  });

  it('labels go before, then expected outputs', async () => {
    expect(await chosen({ ...set, labels: [1] }, answer(1, 8, 8))).toBe('top1');
    expect(await chosen({ ...set, expectedOutputs: ['first'] }, answer(1, 10))).toBe('snr');
  });
});
