import { describe, expect, it } from 'vitest';
import { MomentCollector } from './collector.ts';
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
