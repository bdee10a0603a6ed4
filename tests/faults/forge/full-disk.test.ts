/** A real small filesystem that fills. Mounting one needs root on Linux. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { build } from '../../../packages/forge/src/build/index.ts';
import { modelFile, noSharedData } from '../../support/shared-data.ts';
import { describeUnless } from '../../support/skip.ts';

const disk = mkdtempSync(join(tmpdir(), 'selvedge-small-'));
const mounted =
  spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=96k', 'selvedge-test', disk]).status === 0;
afterAll(() => {
  if (mounted) spawnSync('umount', [disk]);
  rmSync(disk, { recursive: true });
});
const noMount = !mounted && 'mounting a small file system needs root on Linux';

describeUnless(noMount || noSharedData)('a build on a disk that is too small', () => {
  it('stops with disk-full and leaves the earlier build whole', async () => {
    const out = join(disk, 'out');
    const latency = { minRuns: 1, maxRuns: 1, maxMs: 10 };
    await build(modelFile('mnist-8.onnx'), { out, latency, precisions: ['fp32'] });
    const before = readFileSync(join(out, 'report.json'), 'utf8');
    const larger = build(modelFile('resnet8-cifar10.onnx'), {
      out,
      latency,
      precisions: ['fp32'],
    });
    await expect(larger).rejects.toMatchObject({
      code: 'disk-full',
      row: { exit: 3 },
      message: expect.stringMatching(/device-fp32: it takes 327\.0 kB, and [\d.]+ k?B are free$/),
      details: {
        file: expect.stringContaining(out),
        neededBytes: statSync(modelFile('resnet8-cifar10.onnx')).size,
        freeBytes: expect.any(Number),
      },
    });
    expect(readFileSync(join(out, 'report.json'), 'utf8')).toBe(before);
    expect(readdirSync(out).sort()).toEqual([
      'report.html',
      'report.json',
      'report.md',
      'variants',
    ]);
  });
});
