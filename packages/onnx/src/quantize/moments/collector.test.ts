import { describe, expect, it } from 'vitest';
import { MomentCollector } from './collector.ts';
import { mergeMoments } from './merge-moments.ts';
import type { MomentRequest } from './requests.ts';

const wave = (length: number) => Float32Array.from({ length }, (_, at) => Math.sin(at * at + 1));

/** Moments of a layer after rows of its input, in two tensors whose sizes divide nothing. */
function momentsOf(request: MomentRequest, blockSize?: number) {
  const collector = new MomentCollector([request], blockSize === undefined ? {} : { blockSize });
  const { size } = request;
  collector.add(request.value, wave(13 * size), [13, size]);
  collector.add(request.value, wave(6 * size), [6, size]);
  return collector.moments().get(request.layer)!;
}

describe('second moments', () => {
  const product: MomentRequest = { layer: 'y', value: 'x', size: 10 };

  it('are the mean of what each two inputs make', () => {
    const { full, diagonal, rows } = momentsOf(product);
    const inputs = [...wave(130), ...wave(60)];
    expect(rows).toBe(19);
    for (const [i, j] of [
      [0, 0],
      [3, 7],
      [7, 3],
      [9, 9],
    ] as const) {
      let sum = 0;
      for (let row = 0; row < 19; row++) sum += inputs[row * 10 + i]! * inputs[row * 10 + j]!;
      expect(full![i * 10 + j]).toBeCloseTo(sum / 19, 10);
    }
    expect(diagonal[3]).toBeCloseTo(full![33]!, 10);
  });

  it('of blocks are the squares along the diagonal of the whole', () => {
    const { full } = momentsOf(product);
    const { blocks, full: none } = momentsOf(product, 4);
    expect(none).toBeUndefined();
    expect(blocks!.size).toBe(4);
    expect(blocks!.values.map(({ length }) => length)).toEqual([16, 16, 4]);
    for (const [at, block] of blocks!.values.entries()) {
      const size = Math.sqrt(block.length);
      for (let i = 0; i < size; i++)
        for (let j = 0; j < size; j++)
          expect(block[i * size + j]).toBeCloseTo(full![(at * 4 + i) * 10 + at * 4 + j]!, 10);
    }
  });

  it('of one block that holds all inputs are the whole', () => {
    expect(momentsOf(product, 64)).toEqual(momentsOf(product));
  });

  it('of a layer of many inputs come in squares of about the same size', () => {
    const { blocks } = momentsOf({ layer: 'y', value: 'x', size: 10 }, 9);
    expect(blocks!.values.map(({ length }) => length)).toEqual([25, 25]);
  });

  it('of many layers come in squares with which all of them fit the memory', () => {
    const requests = ['a', 'b'].map((layer) => ({ layer, value: 'x', size: 128 }));
    const seen = (maxBytes: number) => {
      const collector = new MomentCollector(requests, { maxBytes });
      collector.add('x', wave(3 * 128), [3, 128]);
      return [...collector.moments().values()].map(({ full, blocks }) => [!!full, blocks?.size]);
    };
    expect(seen(2 * 128 * 128 * 8)).toEqual([
      [true, undefined],
      [true, undefined],
    ]);
    expect(seen(2 * 128 * 128 * 8 - 1)).toEqual([
      [false, 64],
      [false, 64],
    ]);
    expect(seen(1000)).toEqual([
      [false, undefined],
      [false, undefined],
    ]);
  });

  it('of layers that share weights are the mean over the rows of all', () => {
    const parts = [1, 2].map((times) => {
      const collector = new MomentCollector([product], { blockSize: 4 });
      for (let at = 0; at < times; at++) collector.add('x', wave(30 * times), [3 * times, 10]);
      return collector.moments().get('y')!;
    });
    const merged = mergeMoments(parts)!;
    expect(merged.rows).toBe(15);
    const [a, b] = parts.map(({ blocks }) => blocks!.values[1]![3]!);
    expect(merged.blocks!.values[1]![3]).toBeCloseTo((3 * a! + 12 * b!) / 15, 12);
    expect(merged.blocks!.size).toBe(4);
  });

  it('of a convolution come in blocks of whole channels', () => {
    const window = {
      kernel: [3],
      strides: [1],
      dilations: [1],
      pads: [1, 1],
    };
    const collector = new MomentCollector([{ layer: 'y', value: 'x', size: 12, window }], {
      blockSize: 7,
    });
    collector.add('x', wave(4 * 9), [1, 4, 9]);
    expect(collector.moments().get('y')!.blocks).toMatchObject({ size: 6 });
  });
});
