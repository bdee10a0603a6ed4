/**
 * Models that no memory should hold: the process that builds keeps below twice the largest tensor
 * and 256 MiB. ONNX Runtime's own processes, which run the variants, hold what they need.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import type { BuildReport } from '../../packages/forge/src/report/index.ts';
import { type BigModel, writeBigModel } from '../support/big-model.ts';
import { startBuild } from '../support/build-process.ts';
import { describeUnless } from '../support/skip.ts';

const mebibyte = 1024 * 1024;
const tensorBytes = ({ side }: BigModel): number => 4 * side * side;

const cases: readonly (BigModel & { name: string; precisions: string })[] = [
  { name: '192 MiB', layers: 6, side: 2896, precisions: 'fp32,fp16,int8-dynamic,int4' },
  { name: '3 GiB', layers: 48, side: 4096, precisions: 'fp32,fp16,int8-dynamic,int4' },
];

const noMarks = process.platform !== 'linux' && 'only Linux tells how much memory a process held';

describeUnless(noMarks)('a build of a model of', () => {
  const root = mkdtempSync(join(tmpdir(), 'selvedge-large-'));
  afterAll(() => rmSync(root, { recursive: true }));

  it.each(cases)('$name keeps below twice its largest tensor and 256 MiB', async (size) => {
    const model = join(root, 'model.onnx');
    const out = join(root, 'out');
    writeBigModel(model, size);
    const { ended } = startBuild([model, '--out', out, '--precision', size.precisions]);
    const { code, output, peakBytes } = await ended;
    process.stdout.write(`${size.name}: ${Math.round(peakBytes / mebibyte)} MiB at most\n`);
    expect(code, output).toBe(0);
    expect(peakBytes).toBeLessThanOrEqual(2 * tensorBytes(size) + 256 * mebibyte);
    const report = JSON.parse(readFileSync(join(out, 'report.json'), 'utf8')) as BuildReport;
    const whole = size.layers * tensorBytes(size);
    for (const { id, data = [] } of report.variants) expect(data, id).toHaveLength(1);
    const [fp32, fp16] = report.variants;
    expect(fp32?.data?.[0]?.bytes).toBe(whole);
    // Each tensor begins where an engine can map it.
    const gaps = (fp16?.data?.[0]?.bytes ?? 0) - whole / 2;
    expect(gaps).toBeGreaterThanOrEqual(0);
    expect(gaps).toBeLessThan(size.layers * 4096);
  });
});
