import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import os, { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createOrtEngine } from '@selvedge/engines/ort-node';
import { afterAll, beforeEach, expect, it, vi } from 'vitest';
import { writeBigModel } from '../../../../tests/support/big-model.ts';
import { mnist, modelFile, noSharedData } from '../../../../tests/support/shared-data.ts';
import { describeUnless } from '../../../../tests/support/skip.ts';
import { writeDataset } from '../dataset/index.ts';
import type { BuildReport } from '../report/index.ts';
import { openBuildCache } from './cache/index.ts';
import { type BuildOptions, build } from './index.ts';
import { digestOf } from './source-model.ts';

const root = mkdtempSync(join(tmpdir(), 'selvedge-cached-'));
const engine = createOrtEngine({ threads: 1 });
afterAll(async () => {
  await engine.close();
  rmSync(root, { recursive: true });
});

let here: string;
beforeEach(() => {
  here = mkdtempSync(join(root, 'case-'));
});

const model = () => modelFile('mnist-8.onnx');
const stagesOf = async (input: string, out: string, options: Partial<BuildOptions> = {}) => {
  const stages: string[] = [];
  const { report } = await build(input, {
    out: join(here, out),
    engine,
    cache: openBuildCache(join(here, 'cache')),
    latency: { minRuns: 1, maxRuns: 2, maxMs: 50 },
    precisions: ['fp32', 'fp16'],
    onProgress: ({ stage }) => stages.push(stage),
    ...options,
  });
  return { report, stages };
};

const filesIn = (directory: string) =>
  Object.fromEntries(
    readdirSync(directory).map((file) => [file, readFileSync(join(directory, file))]),
  );

describeUnless(noSharedData)('a build that was made before', () => {
  it('does no work, says so, and gives the same files', async () => {
    const first = await stagesOf(model(), 'a');
    expect(first.report.cached).toBeUndefined();
    const second = await stagesOf(model(), 'b');
    expect(second.stages).toEqual(['cached']);
    expect(second.report).toEqual({ ...first.report, cached: true });
    expect(filesIn(join(here, 'b/variants'))).toEqual(filesIn(join(here, 'a/variants')));
    expect(readFileSync(join(here, 'b/report.md'), 'utf8')).toContain('made before');
    expect(JSON.parse(readFileSync(join(here, 'b/report.json'), 'utf8'))).toEqual(second.report);
  });

  it('is made anew when the model, the samples or an option is another', async () => {
    const set = join(here, 'set');
    copyFileSync(model(), join(here, 'model.onnx'));
    await writeDataset(set, mnist(20));
    const made = async (more: Partial<BuildOptions> = {}) => {
      const options = { evaluation: set, ...more };
      const { report } = await stagesOf(join(here, 'model.onnx'), 'out', options);
      return report.cached !== true;
    };
    expect(await made()).toBe(true);
    expect(await made()).toBe(false);
    expect(await made({ metric: 'agreement' })).toBe(true);
    expect(await made({ maxDrop: 0.5 })).toBe(true);
    expect(await made({ precisions: ['fp32'] })).toBe(true);
    expect(await made({ targets: ['cpu-x64'] })).toBe(true);
    expect(await made({ latency: { minRuns: 1, maxRuns: 3, maxMs: 50 } })).toBe(true);
    await writeDataset(set, mnist(21));
    expect(await made()).toBe(true);
    copyFileSync(modelFile('resnet8-cifar10.onnx'), join(here, 'model.onnx'));
    expect(await made({ evaluation: undefined })).toBe(true);
  });

  it('is not recalled with a metric of the author, which may read anything; its conversions are', async () => {
    const set = join(here, 'set');
    const metric = join(here, 'metric.mjs');
    const hidden = join(here, 'hidden.txt');
    await writeDataset(set, mnist(20));
    writeFileSync(
      metric,
      `import { readFileSync } from 'node:fs';
       export default () => Number(readFileSync(${JSON.stringify(hidden)}, 'utf8'));`,
    );
    const scored = async (score: string) => {
      writeFileSync(hidden, score);
      const { report } = await stagesOf(model(), 'out', { evaluation: set, metric });
      const [, fp16] = report.variants;
      return [report.cached === true, fp16?.cached, fp16?.quality?.value];
    };
    expect(await scored('0.5')).toEqual([false, undefined, 0.5]);
    expect(await scored('0.25')).toEqual([false, true, 0.25]);
  });

  it.each(['model.onnx', 'set/Input3.npy'])(
    'of %s, which changes meanwhile, is neither made nor kept',
    async (file) => {
      copyFileSync(model(), join(here, 'model.onnx'));
      await writeDataset(join(here, 'set'), mnist(20));
      const options = { evaluation: join(here, 'set'), precisions: ['fp32', 'fp16'] };
      const before = readFileSync(join(here, file));
      const changed = Uint8Array.from(before);
      changed[changed.length - 1] = 1;
      const meddled = stagesOf(join(here, 'model.onnx'), 'a', {
        ...options,
        onProgress: ({ stage }) => {
          if (stage === 'convert') writeFileSync(join(here, file), changed);
        },
      });
      await expect(meddled).rejects.toMatchObject({
        code: 'conflict',
        message: expect.stringContaining(join(here, file)),
      });
      expect(existsSync(join(here, 'a'))).toBe(false);
      writeFileSync(join(here, file), before);
      const { report } = await stagesOf(join(here, 'model.onnx'), 'a', options);
      expect(report.cached).toBeUndefined();
    },
  );

  it('is the same on a machine with another number of cores', async () => {
    await stagesOf(model(), 'a');
    const { cpus } = os;
    const more = vi.spyOn(os, 'cpus').mockImplementation(() => [...cpus(), ...cpus()]);
    syncBuiltinESMExports();
    try {
      expect((await stagesOf(model(), 'b')).stages).toEqual(['cached']);
    } finally {
      more.mockRestore();
      syncBuiltinESMExports();
    }
  });

  it('is looked for no longer than nobody interrupts', async () => {
    const interrupted = AbortSignal.abort();
    await expect(stagesOf(model(), 'a', { signal: interrupted })).rejects.toMatchObject({
      code: 'cancelled',
    });
  });

  it('lends its conversions to a build with other options, and says which', async () => {
    await stagesOf(model(), 'a');
    const { report } = await stagesOf(model(), 'b', { precisions: ['fp16', 'int8-dynamic'] });
    expect(report.cached).toBeUndefined();
    expect(report.variants.map(({ id, cached }) => [id, cached === true])).toEqual([
      ['device-fp16', true],
      ['device-int8-dynamic', false],
    ]);
  });

  it('is made again where a part of it is damaged', async () => {
    const { report } = await stagesOf(model(), 'a');
    const blobs = join(here, 'cache/v1/blobs');
    for (const blob of readdirSync(blobs)) writeFileSync(join(blobs, blob), 'damaged');
    const again = await stagesOf(model(), 'b');
    expect(again.report.cached).toBeUndefined();
    expect(again.report.variants.map(({ digest }) => digest)).toEqual(
      report.variants.map(({ digest }) => digest),
    );
    expect((await stagesOf(model(), 'c')).report.cached).toBe(true);
  });

  it('is not looked for without a cache, nor remembered when it fails', async () => {
    await stagesOf(model(), 'a');
    expect((await stagesOf(model(), 'b', { cache: undefined })).report.cached).toBeUndefined();
    const cut = join(here, 'cut.onnx');
    writeFileSync(cut, readFileSync(model()).subarray(0, 9000));
    for (const out of ['c', 'd'])
      await expect(stagesOf(cut, out)).rejects.toMatchObject({ code: 'bad-model' });
    expect(existsSync(join(here, 'c'))).toBe(false);
  });
});

it('a build whose weights are streamed is made once, and lends its conversions', async () => {
  const input = join(here, 'big.onnx');
  writeBigModel(input, { layers: 3, side: 1792 });
  const contents = ({ variants }: BuildReport, out: string) =>
    variants.map(({ id, data = [] }) => [
      id,
      ...data.map(({ file }) => digestOf(readFileSync(join(here, out, file)))),
    ]);
  const first = await stagesOf(input, 'a');
  const second = await stagesOf(input, 'b');
  expect(second.stages).toEqual(['cached']);
  expect(contents(second.report, 'b')).toEqual(contents(first.report, 'a'));
  const third = await stagesOf(input, 'c', { precisions: ['fp16'] });
  expect(third.report.variants).toMatchObject([{ id: 'device-fp16', cached: true }]);
  expect(contents(third.report, 'c')).toEqual(contents(first.report, 'a').slice(1));
  rmSync(join(here, 'a'), { recursive: true });
  expect((await stagesOf(input, 'd')).stages).toEqual(['cached']);
  const [, own] = third.report.variants[0]!.data![0]!.digest.split(':');
  writeFileSync(join(here, 'cache/v1/blobs', own!), 'damaged');
  expect((await stagesOf(input, 'e')).report.cached).toBeUndefined();
  const small = openBuildCache(join(here, 'small'), { maxBytes: 1_000_000 });
  await stagesOf(input, 'f', { cache: small });
  expect(small.problem).toContain('the build cache holds 1.00 MB');
});
