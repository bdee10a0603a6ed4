/** Models that nobody has tuned for: every precision is made or says why not; none breaks the forge. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createOrtEngine } from '../../packages/engines/src/ort-node/index.ts';
import { writeDataset } from '../../packages/forge/src/dataset/index.ts';
import { build, inspect } from '../../packages/forge/src/index.ts';
import { concat, writeModel } from '../../packages/onnx/src/index.ts';
import { oddModels } from '../support/odd-models.ts';

describe('a build of a model with', () => {
  const root = mkdtempSync(join(tmpdir(), 'selvedge-odd-'));
  const engine = createOrtEngine({ threads: 1 });
  afterAll(async () => {
    await engine.close();
    rmSync(root, { recursive: true });
  });

  it.each(oddModels)(
    '$name tries every precision and compression, and asks every target',
    async ({ name, model, samples, isText }) => {
      const directory = mkdtempSync(join(root, 'model-'));
      const file = join(directory, 'model.onnx');
      const [calibration, evaluation, out] = ['calibration', 'evaluation', 'out'].map((part) =>
        join(directory, part),
      ) as [string, string, string];
      writeFileSync(file, concat(writeModel(model())));
      await writeDataset(calibration, { inputs: samples(6) });
      await writeDataset(evaluation, { inputs: samples(8) });
      const latency = { minRuns: 1, maxRuns: 1, maxMs: 10 };
      const { report } = await build(file, {
        ...{ out, engine, latency, calibration, precisions: ['all'] },
        ...(!isText && { evaluation, compression: ['prune', 'cluster'] }),
      });
      expect(report.variants[0]).toMatchObject({
        precision: 'fp32',
        status: isText ? 'unproven' : 'pass',
      });
      for (const { id, status, reason, quality } of report.variants) {
        expect(reason, id).not.toMatch(/the conversion failed|undefined|\[object/);
        if (status === 'skipped') continue;
        expect(Number.isFinite(quality?.value), id).toBe(!isText);
        if (id === 'device-fp16' && quality?.metric === 'snr')
          expect(quality.value, id).toBeGreaterThan(40);
      }
      const { targets } = await inspect(file, ['all']);
      expect(targets.length).toBeGreaterThan(15);
      if (name !== 'awkward names') return;
      const [page, markdown] = ['report.html', 'report.md'].map((one) =>
        readFileSync(join(out, one), 'utf8'),
      ) as [string, string];
      expect(page).not.toContain('<script');
      expect(markdown.split('\n').some((line) => line.startsWith('[b]'))).toBe(false);
      const prose = markdown.replace(/(`+).*?\1/g, '');
      expect(prose).not.toMatch(/[^\\]<script|[^\\]\[b]/);
    },
  );
});
