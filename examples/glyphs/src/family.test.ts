import { readFile } from 'node:fs/promises';
import { createOrtEngine } from '@selvedge/engines/ort-node';
import { readModel } from '@selvedge/onnx';
import { afterAll, describe, expect, it } from 'vitest';
import { type Size, sizes } from './architecture.ts';
import { digestOf } from './family.ts';
import { classes } from './glyphs.ts';
import { modelOf } from './model.ts';
import { drawSamples, evaluationCount, evaluationSeed, side } from './samples.ts';
import { readWeights } from './weights.ts';

interface TrainingRecord {
  readonly chosen: number;
  readonly runs: readonly { readonly seed: number; readonly accuracy: number }[];
}

const recordOf = async (size: Size): Promise<TrainingRecord> =>
  JSON.parse(await readFile(new URL(`../weights/${size}.json`, import.meta.url), 'utf8'));
const bestOf = ({ runs }: TrainingRecord) => Math.max(...runs.map(({ accuracy }) => accuracy));

const evaluation = drawSamples(evaluationSeed, evaluationCount);
const engine = createOrtEngine({ threads: 1 });
afterAll(() => engine.close());

describe('the sample family', () => {
  it('draws the committed evaluation set again, byte for byte', async () => {
    const committed = await readFile(
      new URL('../weights/evaluation.sha256', import.meta.url),
      'utf8',
    );
    expect(digestOf(evaluation)).toBe(committed.trim());
    expect(digestOf(drawSamples(evaluationSeed + 1, evaluationCount))).not.toBe(committed.trim());
  });

  it.each(sizes)(
    '%s: ONNX Runtime reaches what training recorded for the chosen seed',
    async (size) => {
      const record = await recordOf(size);
      const session = await engine.load({
        model: modelOf(size, await readWeights(size)),
        name: size,
      });
      const image = {
        type: 'float32' as const,
        shape: [evaluationCount, 1, side, side],
        data: Float32Array.from(evaluation.images),
      };
      const { outputs } = await session.run({ image });
      const scores = outputs.scores?.data as Float32Array;
      let right = 0;
      for (const [i, label] of evaluation.labels.entries()) {
        const row = scores.subarray(i * classes.length, (i + 1) * classes.length);
        if (row.indexOf(Math.max(...row)) === label) right++;
      }
      const recorded = record.runs.find(({ seed }) => seed === record.chosen)?.accuracy;
      expect(right / evaluationCount).toBeCloseTo(recorded ?? Number.NaN, 3);
    },
  );

  it.each(sizes)(
    '%s: the committed weights are the best of three seeds, which lie within a point',
    async (size) => {
      const record = await recordOf(size);
      expect(new Set(record.runs.map(({ seed }) => seed)).size).toBe(3);
      const chosen = record.runs.find(({ seed }) => seed === record.chosen)?.accuracy ?? 0;
      expect(chosen).toBe(bestOf(record));
      for (const { accuracy } of record.runs) {
        expect(bestOf(record) - accuracy).toBeLessThanOrEqual(0.01);
      }
    },
  );

  it('the worst seed of a size beats the best seed of the next smaller one', async () => {
    const [small, medium, large] = await Promise.all(
      sizes.map(async (size) => (await recordOf(size)).runs.map(({ accuracy }) => accuracy)),
    );
    expect(Math.min(...medium!)).toBeGreaterThan(Math.max(...small!));
    expect(Math.min(...large!)).toBeGreaterThan(Math.max(...medium!));
  });

  it('writes the same ONNX bytes every time, in under two megabytes for all sizes', async () => {
    let total = 0;
    for (const size of sizes) {
      const weights = await readWeights(size);
      const bytes = modelOf(size, weights);
      expect(modelOf(size, weights)).toEqual(bytes);
      expect(() => readModel(bytes)).not.toThrow();
      total += bytes.length;
    }
    expect(total).toBeLessThan(2 * 1024 * 1024);
  });
});
