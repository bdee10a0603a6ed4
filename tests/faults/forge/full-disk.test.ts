/** A real small filesystem that fills. Mounting one needs root on Linux. */
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { build } from '../../../packages/forge/src/build/index.ts';
import { makeMatrix } from '../../../packages/forge/src/matrix/index.ts';
import { modelFile, noSharedData } from '../../support/shared-data.ts';
import { describeUnless } from '../../support/skip.ts';

const disk = mkdtempSync(join(tmpdir(), 'selvedge-small-'));
const mounted =
  spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'selvedge-test', disk]).status === 0;
afterAll(() => {
  if (mounted) spawnSync('umount', [disk]);
  rmSync(disk, { recursive: true });
});
const noMount = !mounted && 'mounting a small file system needs root on Linux';

describeUnless(noMount || noSharedData)('a disk that is too small', () => {
  it('stops a build with disk-full and leaves the earlier one whole', async () => {
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

  it('stops a matrix with disk-full, and leaves the earlier one, or nothing', async () => {
    const model = modelFile('mnist-8.onnx');
    const out = join(disk, 'matrix');
    await makeMatrix(model, { out, targets: ['cpu-x64'] });
    const before = readFileSync(join(out, 'matrix.json'), 'utf8');
    const files = readdirSync(out).sort();
    try {
      writeFileSync(join(disk, 'fill'), new Uint8Array(1_000_000));
    } catch {
      // The disk is full now.
    }
    for (const to of [out, join(disk, 'another/matrix')])
      await expect(makeMatrix(model, { out: to, targets: ['all'] })).rejects.toMatchObject({
        code: 'disk-full',
        row: { exit: 3 },
      });
    expect(readFileSync(join(out, 'matrix.json'), 'utf8')).toBe(before);
    expect(readdirSync(out).sort()).toEqual(files);
    expect(existsSync(join(disk, 'another'))).toBe(false);
  });
});
