import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { concat, graphBuilder, writeModel } from '@selvedge/onnx';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cliHere } from '../support/cli-here.ts';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'selvedge-matrix-'));
  const g = graphBuilder('network', { opset: 17 });
  const x = g.input('x', 'float32', [1, 3, 16, 16]);
  g.output(g.node('GlobalAveragePool', [x], {}, 'y'), 'float32', [1, 3, 1, 1]);
  await writeFile(join(dir, 'network.onnx'), concat(writeModel(g.build())));
});
afterAll(() => rm(dir, { recursive: true }));

async function blueprint(maxFallback: number): Promise<string> {
  const file = join(dir, `${maxFallback}.yaml`);
  await writeFile(
    file,
    `apiVersion: selvedge.dev/v1
kind: Blueprint
family: acme/network
version: 1.0.0
licence: Apache-2.0
tiers:
  device:
    source: network.onnx
    precisions: [fp32]
    targets: [coral-edgetpu]
    budget: { maxFallback: ${maxFallback} }
`,
  );
  return file;
}

const matrix = (...args: string[]) => cliHere(['matrix', ...args, '--out', join(dir, 'out')]);

describe('selvedge matrix', () => {
  it('exits 1 where a required target misses its fallback bar, and names it', async () => {
    const { code, json } = await matrix(await blueprint(0.5), '--no-cache', '--json');
    expect(code).toBe(1);
    expect(json).toMatchObject({
      ok: false,
      requirements: [{ target: 'coral-edgetpu', ok: false }],
      cells: [{ target: 'coral-edgetpu', status: 'fail', verdict: 'none', fallbackShare: 1 }],
    });
    for (const form of ['json', 'md', 'html', 'junit.xml', 'sarif'])
      expect(existsSync(join(dir, 'out', `matrix.${form}`))).toBe(true);
  });

  it('judges a model on the targets that were asked for, and exits 0', async () => {
    const model = [join(dir, 'network.onnx'), '--target', 'cpu-x64'];
    const { code, stdout } = await cliHere(['matrix', ...model, '--out', join(dir, 'own')]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^It runs whole on 1 of 1 targets: cpu-x64\.$/m);
    expect(stdout).toMatch(/^cpu-x64 +as-it-came +runs whole +\S+ ms/m);
  });

  it('judges the variants that a build of the model left in the directory, too', async () => {
    await matrix(await blueprint(0.5), '--no-cache');
    const { json } = await matrix(join(dir, 'network.onnx'), '--target', 'cpu-x64', '--json');
    const variants = json.variants as { id: string }[];
    expect(variants.map(({ id }) => id)).toEqual(['as-it-came', 'device-fp32']);
  });

  it.each([
    ['a target that nobody knows', ['network.onnx', '--target', 'coral-edgetpv'], 'coral-edgetpu'],
    ['a file that is not there', ['nothing.onnx'], 'does not exist'],
    ['a bar that is no fraction', ['50.yaml'], 'maxFallback'],
  ])('refuses %s as bad input', async (_, [file, ...rest], message) => {
    await blueprint(50);
    const { code, stderr } = await matrix(join(dir, file!), ...rest);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });
});
