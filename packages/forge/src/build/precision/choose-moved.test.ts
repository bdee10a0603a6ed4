import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseMoved } from './choose-moved.ts';
import { layerGroups } from './layer-groups.ts';

/** A network whose noise adds up: a mixture holds when what is left in 8 bits makes little enough. */
function network(noise: readonly number[], sizes: readonly number[], limit: number) {
  let measured = 0;
  const seen = new Set<string>();
  const tryMixtures = async (mixtures: readonly (readonly number[])[]) =>
    mixtures.map((moved) => {
      measured += 1;
      seen.add([...moved].sort().join());
      const left = noise.filter((_, at) => !moved.includes(at)).reduce((sum, one) => sum + one, 0);
      const more = moved.reduce((sum, at) => sum + (sizes[at] ?? 0), 0);
      return { moved, bytes: 1000 + more, holds: left <= limit };
    });
  const order = noise.map((_, at) => at).sort((a, b) => (noise[b] ?? 0) - (noise[a] ?? 0));
  return { order, tryMixtures, counts: () => ({ measured, different: seen.size }) };
}

describe('what is moved to 16 bit', () => {
  it('is the shortest beginning of the ranking that holds', async () => {
    const noise = [1, 50, 2, 30, 3];
    const { order, tryMixtures } = network(
      noise,
      noise.map(() => 10),
      7,
    );
    expect(
      (
        await chooseMoved(
          order,
          noise.map(() => 10),
          tryMixtures,
        )
      ).chosen?.moved,
    ).toEqual([1, 3]);
  });

  it('is nothing where 8 bits hold, and no choice where not even 16 bit does', async () => {
    const held = network([1, 2], [10, 10], 3);
    expect((await chooseMoved(held.order, [10, 10], held.tryMixtures)).chosen?.moved).toEqual([]);
    const missed = network([1, 2], [10, 10], -1);
    expect((await chooseMoved(missed.order, [10, 10], missed.tryMixtures)).chosen).toBeUndefined();
  });

  it('gives back a large layer whose noise is small enough beside what is moved after it', async () => {
    const noise = [10, 9, 8];
    const sizes = [5000, 10, 10];
    // Any two of them have to go: the ranking begins with the large one.
    const { order, tryMixtures } = network(noise, sizes, 10);
    const { chosen } = await chooseMoved(order, sizes, tryMixtures);
    expect(chosen?.holds).toBe(true);
    expect(chosen?.moved).toEqual([0, 1]);
    const loose = network([10, 9, 1], [5000, 10, 10], 11);
    expect(
      (await chooseMoved(loose.order, [5000, 10, 10], loose.tryMixtures)).chosen?.moved,
    ).toEqual([0]);
  });

  it('always holds, is no larger than the shortest beginning, and takes few measurements', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: 1, maxLength: 48 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        async (noise, share) => {
          const limit = share * noise.reduce((sum, one) => sum + one, 0);
          const sizes = noise.map((_, at) => 10 + at);
          const { order, tryMixtures, counts } = network(noise, sizes, limit);
          const { chosen } = await chooseMoved(order, sizes, tryMixtures);
          expect(chosen?.holds).toBe(true);
          const shortest = order.findIndex((_, length) => {
            const left = order.slice(length).reduce((sum, at) => sum + (noise[at] ?? 0), 0);
            return left <= limit;
          });
          const needed = order.slice(0, shortest < 0 ? order.length : shortest);
          const bytes = needed.reduce((sum, at) => sum + (sizes[at] ?? 0), 1000);
          expect(chosen?.bytes).toBeLessThanOrEqual(bytes);
          expect(counts().measured).toBeLessThanOrEqual(30);
        },
      ),
    );
  });
});

describe('layers that change precision together', () => {
  const nodes = ['Reshape', 'Conv', 'Relu', 'MaxPool', 'Conv', 'Add', 'Gemm'].map((op, at) => ({
    node: `n${at}`,
    op,
  }));

  it('are a layer with weights and what follows up to the next', () => {
    expect(layerGroups(nodes, 48).map(({ op, nodes: names }) => [op, names.join(' ')])).toEqual([
      ['Conv', 'n0 n1 n2 n3'],
      ['Conv', 'n4 n5'],
      ['Gemm', 'n6'],
    ]);
  });

  it('are taken together where there are more than can be measured, none lost', () => {
    const groups = layerGroups(nodes, 2);
    expect(groups.map(({ layers }) => layers)).toEqual([2, 1]);
    expect(groups.flatMap((group) => group.nodes)).toEqual(nodes.map(({ node }) => node));
    expect(layerGroups([], 48)).toEqual([]);
  });
});
