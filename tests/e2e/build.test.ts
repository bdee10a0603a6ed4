import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { writeDataset } from '../../packages/forge/src/dataset/index.ts';
import { mnist, modelFile, noSharedData } from '../support/shared-data.ts';
import { describeUnless } from '../support/skip.ts';

const cli = fileURLToPath(new URL('../../apps/cli/src/main.ts', import.meta.url));
const root = mkdtempSync(join(tmpdir(), 'selvedge-cli-build-'));
afterAll(() => rmSync(root, { recursive: true }));

const selvedge = (...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args], {
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1' },
  });
  return { status, stdout, stderr };
};

describeUnless(noSharedData)('selvedge build', () => {
  const model = modelFile('mnist-8.onnx');
  const dataset = join(root, 'mnist');
  beforeAll(() => writeDataset(dataset, mnist()));

  it('gives 0.9891 on MNIST in fp32, and at most 0.003 less in the other precisions', () => {
    const out = join(root, 'out');
    const precision = 'fp32,fp16,int8-dynamic';
    const run = selvedge(
      'build',
      model,
      '--eval',
      dataset,
      '--precision',
      precision,
      '--out',
      out,
      '--json',
    );
    expect(run.status).toBe(0);
    const report = JSON.parse(run.stdout);
    expect(report).toEqual(JSON.parse(readFileSync(join(out, 'report.json'), 'utf8')));
    const [fp32, ...others] = report.variants;
    expect(fp32.quality).toMatchObject({ metric: 'top1', value: 0.9891, samples: 10_000 });
    expect(others).toHaveLength(2);
    for (const { quality, file } of others) {
      expect(quality.value).toBeGreaterThanOrEqual(0.9891 - 0.003);
      expect(existsSync(join(out, file))).toBe(true);
    }
  });

  it('exits 1 where a stated bar is not proven', () => {
    const run = selvedge(
      'build',
      model,
      '--precision',
      'fp32',
      '--max-drop',
      '0.01',
      '--out',
      join(root, 'bar'),
    );
    expect(run.status).toBe(1);
    expect(run.stdout).toContain('unproven');
  });

  it.each([
    ['a truncated model', () => readFileSync(model).subarray(0, 9_000), 'bad-model'],
    ['a text file', () => 'To be or not to be.', 'bad-model'],
  ])('says in one line, with exit 2, that %s is no model', (name, bytes, code) => {
    const file = join(root, `${name.replaceAll(' ', '-')}.onnx`);
    writeFileSync(file, bytes());
    const out = join(root, 'refused');
    const run = selvedge('build', file, '--out', out, '--json', '--quiet');
    expect(run.status).toBe(2);
    expect(run.stderr.trim().split('\n')).toHaveLength(1);
    expect(run.stderr).toMatch(new RegExp(`^selvedge: ${code}: .*${name.replaceAll(' ', '-')}`));
    expect(JSON.parse(run.stdout).error.code).toBe(code);
    expect(existsSync(out)).toBe(false);
  });

  it.each([
    ['--precision', 'int8-dynamc', 'did you mean "int8-dynamic"?'],
    ['--calibration', dataset, '--calibration'],
  ])('refuses %s %s with exit 2', (flag, value, named) => {
    const run = selvedge('build', model, '--out', join(root, 'never'), flag, value);
    expect(run.status).toBe(2);
    expect(run.stderr).toContain(named);
    expect(existsSync(join(root, 'never'))).toBe(false);
  });

  it('goes through a list that names what is not built yet', () => {
    const out = join(root, 'listed');
    const run = selvedge(
      'build',
      model,
      '--out',
      out,
      '--precision',
      'fp32,int4',
      '--json',
      '--quiet',
    );
    expect(run.status).toBe(0);
    expect(JSON.parse(run.stdout).variants[1]).toMatchObject({
      status: 'skipped',
      reason: 'not built yet; int8-dynamic is',
    });
  });

  it('shows help with an example', () => {
    expect(selvedge('build', '--help').stdout).toContain('Example:');
  });
});
