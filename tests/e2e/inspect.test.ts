import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { catalogue } from '../../packages/core/src/device/index.ts';
import { concat, graphBuilder, writeModel } from '../../packages/onnx/src/index.ts';
import { cliHere } from '../support/cli-here.ts';

let dir: string;
let file: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'selvedge-inspect-'));
  file = join(dir, 'network.onnx');
  const g = graphBuilder('network', { opset: 17 });
  const x = g.input('x', 'float32', [1, 3, 16, 16]);
  const w = g.constant('w', [8, 3, 3, 3], new Float32Array(216).fill(0.1));
  const c = g.node('Conv', [x, w], { kernel_shape: [3, 3] });
  g.output(g.node('GlobalAveragePool', [g.node('Det', [c])], {}, 'y'), 'float32');
  await writeFile(file, concat(writeModel(g.build())));
});
afterAll(() => rm(dir, { recursive: true }));

const inspect = (...args: string[]) => cliHere(['inspect', file, ...args]);

describe('selvedge inspect --target', () => {
  it('has the keys that scripts rely on, an entry for each target', async () => {
    const { code, json } = await inspect(
      '--json',
      '--target',
      'jetson-agx-orin',
      '--target',
      'hailo-8',
    );
    expect(code).toBe(0);
    expect(json.targets).toEqual([
      expect.objectContaining({
        target: 'jetson-agx-orin',
        provider: 'tensorrt',
        version: expect.stringMatching(/^\d/),
        verdict: 'partial',
        nodes: { supported: 2, unsupported: 1, unknown: 0 },
        fallbackShare: expect.closeTo(0.147, 2),
        partitions: 2,
        unsupported: [
          {
            op: 'Det',
            node: 'Det_1',
            reason: expect.stringContaining('not on the list'),
            rule: 'unlisted',
          },
        ],
      }),
      expect.objectContaining({ target: 'hailo-8', verdict: 'unknown', fallbackShare: null }),
    ]);
  });

  it('prints a line for each target of the catalogue, and what stands in the way', async () => {
    const { code, stdout } = await inspect('--target', 'all');
    expect(code).toBe(0);
    for (const { id } of catalogue) expect(stdout).toMatch(new RegExp(`^${id} `, 'm'));
    expect(stdout).toMatch(/jetson-agx-orin +tensorrt \S+ +◐ partial/);
    expect(stdout).toContain('Det is not on the list of TensorRT');
  });

  it('suggests the target that was meant', async () => {
    const { code, stderr } = await inspect('--target', 'jetson-orin-agx');
    expect(code).toBe(2);
    expect(stderr).toMatch(/no target "jetson-orin-agx".*(did you mean|one of)/);
  });
});
