import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ElementType } from '@selvedge/core/schema';
import type { TensorData } from '@selvedge/infer/engine';
import { afterAll, describe, expect, it } from 'vitest';
import { type Dataset, readDataset, writeNpy } from '../dataset/index.ts';
import { calibrationFindings } from './calibration-findings.ts';

describe('a calibration set', () => {
  const root = mkdtempSync(join(tmpdir(), 'selvedge-findings-'));
  afterAll(() => rmSync(root, { recursive: true }));
  const inputs = [{ name: 'x', type: 'float32' as const, shape: [1, 2] }];

  async function setOf(type: ElementType, data: TensorData): Promise<Dataset> {
    const directory = mkdtempSync(join(root, 'set-'));
    const shape = [data.length / 2, 2];
    writeFileSync(join(directory, 'x.npy'), writeNpy({ type, shape, data }));
    return readDataset(directory, inputs);
  }
  const floats = (...values: number[]) => setOf('float32', Float32Array.from(values));

  it('of floats that differ is as it should be', async () => {
    expect(await calibrationFindings(await floats(0, 0, 0, 1), undefined, inputs)).toEqual([]);
  });

  it('that is constant, or the same over and over, is told of with its tensor', async () => {
    const found = async (...values: number[]) =>
      (await calibrationFindings(await floats(...values), undefined, inputs)).join();
    expect(await found(3, 3, 3, 3)).toMatch(
      /x\.npy: x is 3 everywhere in all 2 samples: its range is no width at all/,
    );
    expect(await found(7, 7)).toMatch(/x is 7 everywhere in its one sample/);
    expect(await found(1, 2, 1, 2, 1, 2)).toMatch(/x is the same in all 3 samples/);
    expect(await found(1, 2)).toBe('');
  });

  it('of small integers where the model takes floats is told of', async () => {
    const pixels = await setOf('uint8', Uint8Array.of(0, 255, 3, 4));
    expect(await calibrationFindings(pixels, undefined, inputs)).toEqual([
      expect.stringMatching(/x\.npy holds uint8, x takes float32: .* unscaled/),
    ]);
    expect(await calibrationFindings(pixels, await floats(0, 1), inputs)).toHaveLength(1);
  });

  it('of large integers is refused', async () => {
    const counts = await setOf('int64', BigInt64Array.of(0n, 255n, 3n, 4n));
    await expect(calibrationFindings(counts, undefined, inputs)).rejects.toMatchObject({
      code: 'bad-dataset',
      message: expect.stringMatching(/x\.npy holds int64, x takes float32/),
      details: { input: 'x', expected: 'float32', found: 'int64' },
    });
  });

  it('of integers is as it should be where the evaluation set holds the same', async () => {
    const counts = await setOf('int16', Int16Array.of(0, 255, 3, 4));
    expect(await calibrationFindings(counts, counts, inputs)).toEqual([]);
  });
});
