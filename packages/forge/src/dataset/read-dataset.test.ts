import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TensorSpec } from '@selvedge/core/schema';
import type { Tensor } from '@selvedge/infer/engine';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { readDataset, writeDataset, writeNpy, writeNpz } from './index.ts';

const root = mkdtempSync(join(tmpdir(), 'selvedge-dataset-'));
afterAll(() => rmSync(root, { recursive: true }));

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(root, 'set-'));
});

const image: TensorSpec = { name: 'Input3', type: 'float32', shape: [1, 1, 2, 2] };
const pixels = (samples: number): Tensor => ({
  type: 'uint8',
  shape: [samples, 2, 2],
  data: Uint8Array.from({ length: samples * 4 }, (_, at) => at % 256),
});

const save = (file: string, tensor: Tensor): void =>
  writeFileSync(join(directory, file), writeNpy(tensor));

const floats = (shape: number[], values: number[]): Tensor => ({
  type: 'float32',
  shape,
  data: Float32Array.from(values),
});

describe('a data set', () => {
  it('gives each sample in the shape and type of the input', async () => {
    await writeDataset(directory, { inputs: { Input3: pixels(3) }, labels: [2, 0, 1] });
    const set = await readDataset(directory, [image]);
    expect(set.samples).toBe(3);
    expect(set.labels).toEqual([2, 0, 1]);
    expect(await set.sample(2)).toEqual({
      Input3: { type: 'float32', shape: [1, 1, 2, 2], data: Float32Array.of(8, 9, 10, 11) },
    });
    await set.close();
  });

  it('gives expected outputs as their files hold them', async () => {
    const expected = { 'out:0': floats([3, 2], [0, 1, 2, 3, 4, 5]) };
    await writeDataset(directory, { inputs: { Input3: pixels(3) }, expected });
    const set = await readDataset(directory, [image]);
    expect(set.expectedOutputs).toEqual(['out_0']);
    expect(await set.expected(1)).toEqual({ out_0: floats([2], [2, 3]) });
    await set.close();
  });

  it('may be an .npz, or one .npy for a model with one input', async () => {
    writeFileSync(join(directory, 'set.npz'), writeNpz({ Input3: pixels(2) }));
    save('any.npy', pixels(2));
    for (const file of ['set.npz', 'any.npy']) {
      const set = await readDataset(join(directory, file), [image]);
      expect((await set.sample(1)).Input3?.data).toEqual(Float32Array.of(4, 5, 6, 7));
      await set.close();
    }
  });

  it('reads rows across blocks of a large file without holding it', async () => {
    const samples = 5_000;
    const data = Float32Array.from({ length: samples * 100 }, (_, at) => at);
    save('x.npy', { type: 'float32', shape: [samples, 100], data });
    const set = await readDataset(directory, [{ name: 'x', type: 'float32', shape: ['n', 100] }]);
    for (const index of [0, 4_999, 2_621, 2_622, 1]) {
      const { x } = await set.sample(index);
      expect(x?.shape).toEqual([1, 100]);
      expect(x?.data[0]).toBe(index * 100);
    }
    await set.close();
  });

  it('has a digest that follows its content', async () => {
    save('Input3.npy', pixels(2));
    const first = await readDataset(directory, [image]);
    const again = await readDataset(directory, [image]);
    save('Input3.npy', pixels(3));
    const changed = await readDataset(directory, [image]);
    expect(again.digest).toBe(first.digest);
    expect(changed.digest).not.toBe(first.digest);
    for (const set of [first, again, changed]) await set.close();
  });
});

describe('a sequence', () => {
  const inputs: TensorSpec[] = [
    { name: 'input', type: 'float32', shape: [null, null] },
    { name: 'state', type: 'float32', shape: [2, null, 3] },
    { name: 'sr', type: 'int64', shape: [] },
  ];
  const sequence = (value: unknown): void =>
    writeFileSync(join(directory, 'sequence.json'), JSON.stringify(value));

  it('says what feeds what, with initial values and constants as tensors', async () => {
    save('input.npy', floats([2, 4], [1, 2, 3, 4, 5, 6, 7, 8]));
    sequence({ feeds: { stateN: 'state' }, initial: { state: 0 }, constants: { sr: 16000 } });
    const set = await readDataset(directory, inputs);
    expect(set.sequence?.feeds).toEqual({ stateN: 'state' });
    expect(set.sequence?.initial.state).toEqual(floats([2, 1, 3], [0, 0, 0, 0, 0, 0]));
    expect(await set.sample(1)).toEqual({
      input: floats([1, 4], [5, 6, 7, 8]),
      sr: { type: 'int64', shape: [], data: BigInt64Array.of(16000n) },
    });
    await set.close();
  });

  it.each([
    ['a key it does not know', { feed: {} }, 'feed'],
    ['an input the model lacks', { constants: { rate: 1 } }, 'no input rate'],
    ['a feed without an initial value', { feeds: { stateN: 'state' } }, 'no initial value'],
    ['a constant of the wrong kind', { constants: { sr: 0.5 } }, '0.5'],
    ['a list of the wrong length', { initial: { state: [[[0, 0]]] } }, 'state takes [2, ?, 3]'],
  ])('is refused for %s', async (_, value, message) => {
    save('input.npy', floats([1, 4], [1, 2, 3, 4]));
    sequence(value);
    await expect(readDataset(directory, inputs)).rejects.toThrow(message);
  });
});

describe('a data set that does not fit is refused:', () => {
  const refused = (inputs = [image]) => expect(readDataset(directory, inputs)).rejects;

  it('no directory', async () => {
    directory = join(directory, 'nowhere');
    await refused().toThrow('does not exist');
  });

  it('an empty directory, naming the file it looked for', async () => {
    await refused().toThrow('has no Input3.npy for the input Input3');
  });

  it('an array without samples', async () => {
    save('Input3.npy', { type: 'uint8', shape: [0, 2, 2], data: new Uint8Array(0) });
    await refused().toThrow('Input3.npy has no samples');
  });

  it('samples of another size, with both shapes', async () => {
    save('Input3.npy', floats([2, 3], [1, 2, 3, 4, 5, 6]));
    await refused().toThrow('each sample has shape [3], Input3 takes [1, 1, 2, 2]');
  });

  it('a number where samples should be', async () => {
    save('Input3.npy', floats([], [1]));
    await refused().toThrow('is a single value');
  });

  it('inputs of different lengths', async () => {
    save('Input3.npy', pixels(2));
    save('other.npy', floats([3], [1, 2, 3]));
    const other: TensorSpec = { name: 'other', type: 'float32', shape: [1] };
    await refused([image, other]).toThrow('other.npy has 3 samples, expected 2');
  });

  it('labels of another length', async () => {
    await writeDataset(directory, { inputs: { Input3: pixels(2) }, labels: [1, 2, 3] });
    await refused().toThrow('has 3 labels, the inputs have 2 samples');
  });

  it.each([
    ['fractions', floats([2], [0.5, 1]), 'holds 0.5 at 0'],
    ['NaN', floats([2], [0, Number.NaN]), 'holds NaN at 1'],
    ['negative numbers', { type: 'int8', shape: [2], data: Int8Array.of(1, -1) }, 'holds -1 at 1'],
    ['one-hot rows', floats([2, 2], [0, 1, 1, 0]), 'expected one integer per sample'],
  ] as const)('labels that are %s', async (_, labels, message) => {
    save('Input3.npy', pixels(2));
    save('labels.npy', labels);
    await refused().toThrow(message);
  });

  it('NaN, where it is asked to', async () => {
    save('Input3.npy', floats([2, 4], [1, 2, 3, 4, 5, Number.NaN, 7, 8]));
    const set = await readDataset(directory, [image], { refuseNaN: true });
    await expect(set.sample(1)).rejects.toThrow('Input3.npy: sample 1 holds NaN');
    await set.close();
  });

  it('a value the input type cannot hold', async () => {
    save('ids.npy', floats([1, 2], [1, 2.5]));
    const set = await readDataset(directory, [{ name: 'ids', type: 'int64', shape: [1, 2] }]);
    await expect(set.sample(0)).rejects.toThrow('holds float32, the model takes int64: 2.5');
    await set.close();
  });
});
