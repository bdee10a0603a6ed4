/** The figures that the forge is held to, each by a build of a real model with real data. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { createOrtEngine } from '../../packages/engines/src/ort-node/index.ts';
import { type WrittenDataset, writeDataset } from '../../packages/forge/src/dataset/index.ts';
import {
  type BuildOptions,
  type BuildReport,
  build,
  openBuildCache,
} from '../../packages/forge/src/index.ts';
import { gtcrnDataset, pitchDataset, sileroDataset } from '../support/audio.ts';
import { magika } from '../support/magika.ts';
import { rowsOf } from '../support/rows-of.ts';
import { mnist, modelFile, noSharedData } from '../support/shared-data.ts';
import { describeUnless } from '../support/skip.ts';

describeUnless(noSharedData)('of the forge, by builds of real models,', () => {
  const root = mkdtempSync(join(tmpdir(), 'selvedge-figures-'));
  const engine = createOrtEngine({ threads: 1 });
  const cache = openBuildCache(join(root, 'cache'));
  afterAll(async () => {
    await engine.close();
    rmSync(root, { recursive: true });
  });

  const set = async (name: string, data: WrittenDataset): Promise<string> => {
    await writeDataset(join(root, name), data);
    return join(root, name);
  };
  const built = async (
    model: string,
    options: Partial<BuildOptions>,
  ): Promise<BuildReport['variants']> => {
    const latency = { minRuns: 1, maxRuns: 1, maxMs: 10 };
    const out = mkdtempSync(join(root, 'out-'));
    const file = modelFile(`${model}.onnx`);
    return (await build(file, { out, engine, latency, cache, ...options })).report.variants;
  };
  /** The one of a precision, measured. */
  const qualityOf = (variants: BuildReport['variants'], precision: string) => {
    const found = variants.find((variant) => variant.precision === precision);
    if (!found?.quality) throw new Error(`${precision}: ${found?.reason}`);
    return found.quality;
  };

  it('MNIST keeps its accuracy: int8 within 0.003 of fp32, int4 within 0.005, on images not calibrated on', async () => {
    const all = mnist();
    const variants = await built('mnist-8', {
      precisions: ['fp32', 'int8', 'int4'],
      calibration: await set(
        'mnist-calibration',
        rowsOf(all, (at) => at < 100),
      ),
      evaluation: await set(
        'mnist',
        rowsOf(all, (at) => at >= 100),
      ),
    });
    expect(qualityOf(variants, 'fp32').value).toBeGreaterThan(0.989);
    expect(qualityOf(variants, 'int8')).toMatchObject({ metric: 'top1', samples: 9_900 });
    expect(qualityOf(variants, 'int8').drop).toBeLessThanOrEqual(0.003);
    expect(qualityOf(variants, 'int4').drop).toBeLessThanOrEqual(0.005);
  });

  it('magika in int8, calibrated on every other sample, is right on 75 of the 77, and no worse on those it has not seen', async () => {
    const files = magika();
    const isSeen = (at: number) => at % 2 === 0;
    const asked = {
      precisions: ['fp32', 'int8'],
      calibration: await set('magika-seen', rowsOf(files, isSeen)),
    };
    const whole = await built('magika-v3.3', {
      ...asked,
      evaluation: await set('magika', files),
    });
    expect(qualityOf(whole, 'int8').samples).toBe(77);
    expect(qualityOf(whole, 'int8').value).toBeGreaterThanOrEqual(75 / 77);
    const unseen = await built('magika-v3.3', {
      ...asked,
      evaluation: await set(
        'magika-unseen',
        rowsOf(files, (at) => !isSeen(at)),
      ),
    });
    expect(unseen[1]?.cached).toBe(true);
    expect(qualityOf(unseen, 'int8').samples).toBe(38);
    expect(qualityOf(unseen, 'int8').drop).toBeLessThanOrEqual(1 / 38 + 1e-9);
  });

  it('silero hears as much speech in fp16 and int8-dynamic, to 0.02, by a metric of its user', async () => {
    const metric = join(root, 'speech.mjs');
    const score = '({ outputs }) => (outputs.output.data[0] > 0.5 ? 1 : 0)';
    writeFileSync(metric, `export default ${score};\n`);
    const variants = await built('silero-vad-v6.2', {
      precisions: ['fp32', 'fp16', 'int8-dynamic'],
      evaluation: await set('silero', sileroDataset()),
      metric,
    });
    const share = qualityOf(variants, 'fp32').value;
    expect(share).toBeCloseTo(0.77, 1);
    for (const precision of ['fp16', 'int8-dynamic'])
      expect(Math.abs(qualityOf(variants, precision).value - share), precision).toBeLessThan(0.02);
  });

  const sounds = [
    ['silero-vad-v6.2', sileroDataset],
    ['gtcrn', gtcrnDataset],
    ['basic-pitch', pitchDataset],
  ] as const;
  it.each(sounds)('%s in fp16 has a signal of 30 dB over its noise', async (model, data) => {
    const variants = await built(model, {
      precisions: ['fp16'],
      evaluation: await set(`${model}-sound`, data()),
      metric: 'snr',
      maxDrop: 0.001,
    });
    expect(variants[0]).toMatchObject({ status: 'pass' });
    expect(qualityOf(variants, 'fp16').value).toBeGreaterThanOrEqual(30);
  });
});
