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
    ['--calibration', 'nowhere', 'nowhere does not exist'],
  ])('refuses %s %s with exit 2', (flag, value, named) => {
    const run = selvedge('build', model, '--out', join(root, 'never'), flag, value);
    expect(run.status).toBe(2);
    expect(run.stderr).toContain(named);
    expect(existsSync(join(root, 'never'))).toBe(false);
  });

  it('names a metric module that throws in one line, with exit 2', () => {
    const metric = join(root, 'throws.mjs');
    writeFileSync(metric, "export default () => { throw new Error('no such box'); };\n");
    const out = join(root, 'never');
    const run = selvedge(
      'build',
      model,
      '--out',
      out,
      '--eval',
      dataset,
      '--metric',
      metric,
      '--quiet',
    );
    expect(run.status).toBe(2);
    expect(run.stderr.trim().split('\n')).toHaveLength(1);
    expect(run.stderr).toContain('throws.mjs failed on sample 0: no such box');
    expect(existsSync(out)).toBe(false);
  });

  it('tries them all on few samples: int8 within 0.003 of fp32, int4 within 0.005, and a page', async () => {
    const few = join(root, 'few');
    const calibration = join(root, 'calibration');
    await writeDataset(few, mnist(2_000));
    await writeDataset(calibration, mnist(100));
    const out = join(root, 'all');
    const args = ['--precision', 'all', '--eval', few, '--calibration', calibration];
    const run = selvedge('build', model, '--out', out, ...args, '--json');
    expect(run.status).toBe(0);
    expect(run.stderr).toContain('calibrate');
    const { variants, front } = JSON.parse(run.stdout);
    const dropOf = (precision: string) =>
      variants.find((variant: { precision: string }) => variant.precision === precision).quality
        .drop;
    expect(dropOf('int8')).toBeLessThanOrEqual(0.003);
    expect(dropOf('int4')).toBeLessThanOrEqual(0.005);
    expect(front.length).toBeGreaterThan(0);
    expect(readFileSync(join(out, 'report.html'), 'utf8')).toContain('class="plot"');
  });

  it('shows help with an example', () => {
    expect(selvedge('build', '--help').stdout).toContain('Example:');
  });
});
