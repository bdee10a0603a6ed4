import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createOrtEngine } from '@selvedge/engines/ort-node';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { mnist, modelFile, noSharedData } from '../../../../tests/support/shared-data.ts';
import { describeUnless } from '../../../../tests/support/skip.ts';
import { writeDataset } from '../dataset/index.ts';
import { type BuildOptions, build } from './index.ts';

describeUnless(noSharedData)('compression beside precision', () => {
  const root = mkdtempSync(join(tmpdir(), 'selvedge-compressed-'));
  const engine = createOrtEngine({ threads: 1 });
  const evaluation = join(root, 'evaluation');
  const latency = { minRuns: 1, maxRuns: 1, maxMs: 10 };
  beforeAll(() => writeDataset(evaluation, mnist(500)));
  afterAll(async () => {
    await engine.close();
    rmSync(root, { recursive: true });
  });
  const run = async (name: string, options: Partial<BuildOptions>) => {
    const out = join(root, name);
    const { report } = await build(modelFile('mnist-8.onnx'), { out, engine, latency, ...options });
    return { out, variants: new Map(report.variants.map((variant) => [variant.id, variant])) };
  };

  it('is kept where it saves a part and holds the bar, and the report says how much', async () => {
    const { out, variants } = await run('both', {
      precisions: ['fp32', 'int8-dynamic'],
      compression: ['prune', 'cluster'],
      evaluation,
    });
    expect([...variants.keys()]).toEqual([
      'device-fp32',
      'device-int8-dynamic',
      'device-fp32-pruned',
      'device-int8-dynamic-pruned',
      'device-fp32-clustered',
    ]);
    const plain = variants.get('device-fp32');
    const clustered = variants.get('device-fp32-clustered');
    expect(clustered).toMatchObject({ precision: 'fp32', status: 'pass' });
    expect(clustered?.compression).toMatchObject({
      method: 'cluster',
      beside: 'device-fp32',
      stored: { bytes: clustered?.bytes, plain: plain?.bytes },
    });
    expect(clustered?.bytes).toBe(statSync(join(out, clustered?.file as string)).size);
    expect(clustered?.bytes).toBeLessThan(0.5 * (plain?.bytes as number));
    expect(clustered?.reason).toContain('a palette of 256');
    const { stored, sent } = variants.get('device-int8-dynamic-pruned')?.compression ?? {};
    expect(sent?.bytes).toBeLessThan(0.95 * (sent?.plain as number));
    expect(stored?.bytes).toBeGreaterThan(0.95 * (stored?.plain as number));
  });

  it('is left out where it costs more than the bar, or saves too little, with the reason', async () => {
    const { variants } = await run('costs', {
      precisions: ['fp32', 'int4'],
      compression: ['prune'],
      evaluation,
      metric: 'snr',
      maxDrop: 0.2,
    });
    const int4 = variants.get('device-int4-pruned');
    expect(int4).toMatchObject({ status: 'skipped', file: null });
    expect(int4?.reason).toMatch(/does not pay: saves .* under 5%/);
    const strict = await run('strict', {
      precisions: ['fp32'],
      compression: ['prune'],
      evaluation,
      metric: 'snr',
      maxDrop: 0.000001,
    });
    expect(strict.variants.get('device-fp32-pruned')?.reason).toMatch(
      /does not pay: drop .* is above 0\.0001%/,
    );
  });

  it('is refused before anything is built where nothing tells what it costs', async () => {
    const stages: string[] = [];
    const refusal = await run('blind', {
      precisions: ['fp32'],
      compression: ['cluster'],
      onProgress: ({ stage }) => stages.push(stage),
    }).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: 'usage', hint: expect.stringContaining('--eval') });
    expect(stages).toEqual([]);
  });

  it('is refused by a name that is none, and where it goes with no precision asked for', async () => {
    await expect(run('x', { compression: ['prunes'] })).rejects.toThrow(
      /no compression is called prunes/,
    );
    await expect(run('x', { precisions: ['int4'], compression: ['cluster'] })).rejects.toThrow(
      /goes with none of int4/,
    );
  });
});
