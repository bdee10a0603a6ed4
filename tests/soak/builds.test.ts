import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { Golden } from '../../packages/core/src/release/index.ts';
import { parseDocument } from '../../packages/core/src/schema/index.ts';
import { createOrtEngine } from '../../packages/engines/src/ort-node/index.ts';
import { build } from '../../packages/forge/src/build/index.ts';
import { checkGolden } from '../../packages/infer/src/golden/index.ts';
import { hasSharedData, modelFile, noSharedData, sharedData } from '../support/shared-data.ts';
import { describeUnless } from '../support/skip.ts';

const models = hasSharedData
  ? readdirSync(`${sharedData}/models`).filter((file) => file.endsWith('.onnx'))
  : [];

describeUnless(noSharedData)('every shared model', () => {
  const root = mkdtempSync(join(tmpdir(), 'selvedge-builds-'));
  afterAll(() => rmSync(root, { recursive: true }));

  it.each(models)(
    '%s builds; a fresh engine with more threads answers its golden inputs',
    async (name) => {
      const out = join(root, name);
      const { report } = await build(modelFile(name), { out });
      expect(report.variants[0]?.status).toBe('unproven');
      const engine = createOrtEngine({ threads: 2 });
      for (const { id, status, reason, file, golden } of report.variants) {
        if (status === 'skipped') {
          expect(reason.length, id).toBeGreaterThan(10);
          continue;
        }
        const session = await engine.load({ model: readFileSync(join(out, file as string)) });
        const text = readFileSync(join(out, golden?.file as string), 'utf8');
        const document = parseDocument(Golden, JSON.parse(text), id);
        expect(await checkGolden(session, document), id).toMatchObject({ ok: true });
        await session.close();
      }
      await engine.close();
    },
    300_000,
  );
});
