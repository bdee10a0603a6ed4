import { describe, expect, it } from 'vitest';
import { ChannelMeanCollector } from './channel-means.ts';

describe('channel means', () => {
  it('are taken over everything but the channels, and over tensors', () => {
    const means = new ChannelMeanCollector([
      { value: 'image', axis: 1 },
      { value: 'row', axis: -1 },
    ]);
    means.add('image', Float32Array.of(1, 3, 10, 30), [1, 2, 2]);
    means.add('image', Float32Array.of(5, 7, 50, 70), [1, 2, 2]);
    means.add('row', Float32Array.of(1, 2, 3, 4), [2, 2]);
    means.add('other', Float32Array.of(9), [1]);
    expect(means.means()).toEqual(
      new Map([
        ['image', Float64Array.of(4, 40)],
        ['row', Float64Array.of(2, 3)],
      ]),
    );
  });

  it('refuse a tensor with other channels', () => {
    const means = new ChannelMeanCollector([{ value: 'image', axis: 1 }]);
    means.add('image', Float32Array.of(1, 2), [1, 2]);
    expect(() => means.add('image', Float32Array.of(1, 2, 3), [1, 3])).toThrow(
      /expected 2 channels/,
    );
  });
});
