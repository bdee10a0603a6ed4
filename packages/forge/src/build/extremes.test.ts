import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { concat, graphBuilder, writeModel } from '@selvedge/onnx';
import { afterAll, expect, it } from 'vitest';
import { writeDataset } from '../dataset/index.ts';
import { build } from './index.ts';

const root = mkdtempSync(join(tmpdir(), 'selvedge-extremes-'));
afterAll(() => rmSync(root, { recursive: true }));

/** Grows beyond half precision and shrinks again. */
function growing(): Uint8Array {
  const g = graphBuilder('growing', { opset: 17 });
  const weights = (scale: number) =>
    Float32Array.from({ length: 32 * 32 }, (_, at) => Math.sin(at * 1.7) * scale);
  const layer = (x: string, name: string, scale: number) =>
    g.node('MatMul', [x, g.constant(name, [32, 32], weights(scale))], {}, `${name}.out`);
  const x = g.input('x', 'float32', ['batch', 32]);
  g.output(layer(layer(layer(x, 'a', 10), 'b', 3e4), 'c', 1e-3), 'float32', ['batch', 32]);
  return concat(writeModel(g.build()));
}

it('an activation that overflows fp16 on calibration samples is named, and stays float32', async () => {
  const [file, calibration] = [join(root, 'growing.onnx'), join(root, 'calibration')];
  writeFileSync(file, growing());
  const data = Float32Array.from({ length: 20 * 32 }, (_, at) => ((at * 7919) % 13) - 4);
  await writeDataset(calibration, { inputs: { x: { type: 'float32', shape: [20, 32], data } } });
  const latency = { minRuns: 1, maxRuns: 2, maxMs: 50 };
  const precisions = ['fp32', 'fp16'];
  const options = { out: join(root, 'out'), latency, calibration, precisions };
  const { report } = await build(file, options);
  const half = report.variants.find(({ precision }) => precision === 'fp16');
  expect(half?.status).toBe('unproven');
  expect(JSON.stringify(half)).toMatch(
    /overflows fp16: b\.out reaches \d\.\d+e\+\d on the samples, beyond ±65504/,
  );
});
