/** Weights that are streamed: whole variants, and, whenever a build is killed, whole ones or none. */
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseDocument } from '../../../packages/core/src/schema/index.ts';
import { createOrtEngine } from '../../../packages/engines/src/ort-node/index.ts';
import { BuildReport } from '../../../packages/forge/src/report/index.ts';
import { makeTensor } from '../../../packages/infer/src/engine/index.ts';
import { writeBigModel } from '../../support/big-model.ts';
import { startBuild } from '../../support/build-process.ts';

const root = mkdtempSync(join(tmpdir(), 'selvedge-streamed-'));
const model = join(root, 'source', 'model.onnx');
const out = join(root, 'out');
const side = 1536;
const wave = Float32Array.from({ length: side }, (_, at) => Math.cos(at));
const args = [model, '--out', out, '--precision'];

beforeAll(async () => {
  await mkdir(join(root, 'source'));
  writeBigModel(model, { layers: 4, side });
});
afterAll(() => rmSync(root, { recursive: true }));

const digestOf = (path: string): string =>
  `sha256:${createHash('sha256').update(readFileSync(path)).digest('hex')}`;

/** The report of a build, if there is one; then every file of it has to be there, whole. */
function wholeBuild(): BuildReport | undefined {
  if (!existsSync(join(out, 'report.json'))) return undefined;
  const text = readFileSync(join(out, 'report.json'), 'utf8');
  const report = parseDocument(BuildReport, JSON.parse(text), 'report.json');
  for (const { file, digest, golden, data = [] } of report.variants) {
    const files = [{ file: file!, digest }, golden!, ...data];
    for (const one of files) expect(digestOf(join(out, one.file)), one.file).toBe(one.digest);
    for (const one of data) expect(statSync(join(out, one.file)).size).toBe(one.bytes);
  }
  return report;
}

describe('a build of a model whose weights stand beside it', () => {
  it('makes variants whose weights do too, and which answer as the model does', async () => {
    const { code, output } = await startBuild([...args, 'fp32,fp16']).ended;
    expect(code, output).toBe(0);
    const [fp32, fp16] = wholeBuild()!.variants;
    expect(fp32).toMatchObject({
      file: 'variants/device-fp32/model.onnx',
      digest: digestOf(model),
    });
    expect(fp32?.data).toMatchObject([{ location: 'weights.bin', bytes: 4 * 4 * side * side }]);
    expect(fp16?.data).toMatchObject([{ location: 'model.onnx.data', bytes: 4 * 2 * side * side }]);
    const engine = createOrtEngine({ threads: 1 });
    const x = makeTensor('float32', [1, side], wave);
    const answers = await Promise.all(
      [fp32, fp16].map(async (variant) => {
        const directory = join(out, 'variants', variant!.id);
        const bytes = new Uint8Array(readFileSync(join(directory, 'model.onnx')));
        const session = await engine.load({ model: bytes, directory });
        return (await session.run({ x })).outputs.y3!.data as Float32Array;
      }),
    );
    await engine.close();
    const [full, half] = answers as [Float32Array, Float32Array];
    const largest = Math.max(...full.map(Math.abs));
    expect(largest).toBeGreaterThan(0.1);
    expect(Math.max(...full.map((value, at) => Math.abs(value - half[at]!)))).toBeLessThan(
      0.01 * largest,
    );
  });

  it('leaves the earlier build whole wherever it is killed, and the next one clears up', async () => {
    const before = wholeBuild();
    for (const stage of ['load', 'converted', 'measure']) {
      const { child, saw, ended } = startBuild([...args, 'fp32,int8-dynamic']);
      await Promise.race([saw(stage), ended]);
      child.kill('SIGKILL');
      expect((await ended).code, stage).toBe(null);
      expect(wholeBuild()).toEqual(before);
    }
    const { code, output } = await startBuild([...args, 'int8-dynamic']).ended;
    expect(code, output).toBe(0);
    expect(wholeBuild()!.variants.map(({ id }) => id)).toEqual(['device-int8-dynamic']);
    expect(readdirSync(out).filter((name) => name.startsWith('.'))).toEqual([]);
    expect(readdirSync(join(out, 'variants')).sort()).toEqual([
      'device-int8-dynamic',
      'device-int8-dynamic.cdx.json',
      'device-int8-dynamic.golden.json',
      'device-int8-dynamic.provenance.json',
    ]);
  });
});
