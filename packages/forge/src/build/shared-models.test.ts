import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createOrtEngine } from '@selvedge/engines/ort-node';
import { afterAll, expect, it } from 'vitest';
import { modelFile, noSharedData } from '../../../../tests/support/shared-data.ts';
import { describeUnless } from '../../../../tests/support/skip.ts';
import { build } from './index.ts';

/** Small ones of each kind; `tests/soak/builds.test.ts` builds them all. */
const kinds = [
  ['silero-vad-v6.2', 'If and LSTM', 'fp32 fp16 int8-dynamic int4'],
  ['gtcrn', 'GRU', 'fp32 fp16 int8-dynamic int4'],
  ['xgboost-regressor', 'a tree ensemble of ai.onnx.ml', 'fp32'],
  ['lgbm-classifier', 'a tree ensemble in plain operators', 'fp32'],
  ['resnet8-cifar10', 'a residual network', 'fp32 fp16 int8-dynamic int4'],
] as const;

describeUnless(noSharedData)('a real model', () => {
  const root = mkdtempSync(join(tmpdir(), 'selvedge-models-'));
  const engine = createOrtEngine({ threads: 1 });
  afterAll(async () => {
    await engine.close();
    rmSync(root, { recursive: true });
  });

  it.each(kinds)(
    '%s (%s) builds, or says for one precision why not',
    async (name, _, precisions) => {
      const out = join(root, name);
      const latency = { minRuns: 1, maxRuns: 3, maxMs: 100 };
      const { report, ok } = await build(modelFile(`${name}.onnx`), { out, engine, latency });
      expect(ok).toBe(true);
      const made = report.variants.filter(({ status }) => status === 'unproven');
      expect(made.map(({ precision }) => precision).join(' ')).toBe(precisions);
      expect(report.variants).toHaveLength(6);
      for (const { status, reason, file, golden, workload } of report.variants) {
        if (status === 'skipped') expect(reason).toMatch(/\w+ \w+/);
        else {
          expect(existsSync(join(out, file as string))).toBe(true);
          expect(existsSync(join(out, golden?.file as string))).toBe(true);
          expect(workload?.nodes).toBeGreaterThan(0);
        }
      }
    },
  );
});
