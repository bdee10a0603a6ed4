import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Golden } from '@selvedge/core/release';
import { parseDocument } from '@selvedge/core/schema';
import { createOrtEngine } from '@selvedge/engines/ort-node';
import { checkGolden } from '@selvedge/infer/golden';
import { concat, edit, readModel, writeModel } from '@selvedge/onnx';
import { afterAll, beforeEach, expect, it } from 'vitest';
import { mnist, modelFile, noSharedData } from '../../../../tests/support/shared-data.ts';
import { describeUnless } from '../../../../tests/support/skip.ts';
import { writeDataset, writeNpy } from '../dataset/index.ts';
import { BuildReport } from '../report/index.ts';
import { type BuildOptions, build } from './index.ts';

const root = mkdtempSync(join(tmpdir(), 'selvedge-build-'));
const engine = createOrtEngine({ threads: 1 });
afterAll(async () => {
  await engine.close();
  rmSync(root, { recursive: true });
});

let out: string;
beforeEach(() => {
  out = join(mkdtempSync(join(root, 'case-')), 'out');
});

const quick = { minRuns: 2, maxRuns: 3, maxMs: 100 };

const run = (input: string, options: Partial<BuildOptions> = {}) =>
  build(input, { out, engine, latency: quick, ...options });

/** The model with its largest stored tensor zeroed: it loads, and answers something else. */
function withoutLargestTensor(bytes: Uint8Array): Uint8Array {
  const model = readModel(bytes);
  const size = ({ dims }: { dims: readonly (number | bigint)[] }) =>
    dims.reduce<number>((product, side) => product * Number(side), 1);
  const [largest] = [...model.graph.initializer].sort((a, b) => size(b) - size(a));
  const zeroed = ({ rawData, floatData }: NonNullable<typeof largest>) => ({
    ...(rawData && { rawData: new Uint8Array(rawData.length) }),
    ...(floatData && { floatData: new Uint8Array(floatData.length) }),
  });
  const initializer = model.graph.initializer.map((tensor) =>
    tensor === largest ? edit(tensor, zeroed(tensor)) : tensor,
  );
  return concat(writeModel(edit(model, { graph: edit(model.graph, { initializer }) })));
}

describeUnless(noSharedData)('a build of mnist-8', () => {
  const dataset = join(root, 'mnist');
  const model = modelFile('mnist-8.onnx');

  it('tries all where all is asked for, and says what those skipped would need', async () => {
    const precisionsOf = async (precisions: string[]) =>
      (await run(model, { precisions })).report.variants.map(({ precision, status, reason }) =>
        status === 'skipped' ? `${precision}: ${reason}` : precision,
      );
    const needs =
      'it needs to see activations: name samples as calibration in the blueprint, or with selvedge build --calibration';
    expect(await precisionsOf(['all'])).toEqual([
      'fp32',
      'fp16',
      `int8: ${needs}`,
      'int8-dynamic',
      'int4',
      `mixed: ${needs}`,
    ]);
    expect(await precisionsOf(['fp16', 'all', 'fp32'])).toHaveLength(6);
    expect((await run(model, { precisions: ['mixed'] })).ok).toBe(false);
  });

  it('measures every precision on the evaluation set and holds a bar of half a point', async () => {
    await writeDataset(dataset, mnist(2_000));
    const precisions = ['fp32', 'fp16', 'int8-dynamic'];
    const { report, ok } = await run(model, { evaluation: dataset, maxDrop: 0.005, precisions });
    expect(ok).toBe(true);
    expect(report.family).toBe('local/mnist-8');
    expect(report.variants.map(({ id, status }) => [id, status])).toEqual([
      ['device-fp32', 'pass'],
      ['device-fp16', 'pass'],
      ['device-int8-dynamic', 'pass'],
    ]);
    for (const { quality } of report.variants) {
      expect(quality?.metric).toBe('top1');
      expect(quality?.samples).toBe(2_000);
      expect(quality?.value).toBeGreaterThan(0.98);
      expect(quality?.drop).toBeLessThanOrEqual(0.003);
    }
  });

  it('writes a report that its schema accepts, for programs and for people', async () => {
    const { report } = await run(model, { precisions: ['fp32'] });
    const written = JSON.parse(readFileSync(join(out, 'report.json'), 'utf8'));
    expect(parseDocument(BuildReport, written, 'report.json')).toEqual(report);
    expect(readFileSync(join(out, 'report.md'), 'utf8')).toContain('| `device-fp32` | unproven |');
    expect(readdirSync(out).sort()).toEqual([
      'report.html',
      'report.json',
      'report.md',
      'variants',
    ]);
  });

  it('gives the same bytes when it is repeated', async () => {
    const first = await run(model);
    const files = readdirSync(join(out, 'variants'));
    const before = files.map((file) => readFileSync(join(out, 'variants', file)));
    const second = await run(model);
    expect(files.map((file) => readFileSync(join(out, 'variants', file)))).toEqual(before);
    const digests = ({ report }: typeof first) =>
      report.variants.map(({ digest, golden }) => [digest, golden?.digest]);
    expect(digests(second)).toEqual(digests(first));
  });

  it('writes golden documents that the variant answers and a damaged one does not', async () => {
    await writeDataset(dataset, mnist(200));
    const { report } = await run(model, { evaluation: dataset });
    for (const { id, file, status } of report.variants) {
      if (status === 'skipped') continue;
      const text = readFileSync(join(out, `variants/${id}.golden.json`), 'utf8');
      const golden = parseDocument(Golden, JSON.parse(text), id);
      const bytes = new Uint8Array(readFileSync(join(out, file as string)));
      const sound = await engine.load({ model: bytes });
      expect(await checkGolden(sound, golden), id).toMatchObject({ ok: true });
      expect(Object.values(golden.tolerance)[0]?.argmax, id).toBe(true);
      const damaged = await engine.load({ model: withoutLargestTensor(bytes) });
      expect(await checkGolden(damaged, golden), id).toMatchObject({ ok: false });
      for (const session of [sound, damaged]) await session.close();
    }
  });

  it('says no when the bar is missed, and unproven when the samples are too few to tell', async () => {
    await writeDataset(dataset, mnist(20));
    const few = await run(model, {
      evaluation: dataset,
      maxDrop: 0.001,
      precisions: ['fp32', 'fp16'],
    });
    expect(few.ok).toBe(false);
    const [reference, half] = few.report.variants;
    expect(reference?.status).toBe('pass');
    expect(half?.status).toBe('unproven');
    expect(half?.reason).toContain('too few samples');
  });

  it('does not say yes to a stated bar without an evaluation set', async () => {
    const { ok, report } = await run(model, { precisions: ['fp16'], maxDrop: 0.01 });
    expect(ok).toBe(false);
    expect(report.variants[0]?.reason).toContain('cannot be proven');
    expect((await run(model, { precisions: ['fp16'] })).ok).toBe(true);
  });

  it('estimates latency for the targets it was given, and says that it is an estimate', async () => {
    const { report } = await run(model, { precisions: ['fp32'], targets: ['cpu-x64'] });
    expect(report.variants[0]?.targets).toEqual(['cpu-x64']);
    expect(report.variants[0]?.estimates).toMatchObject([
      { target: 'cpu-x64', provenance: 'estimated', runs: 0 },
    ]);
    expect(report.variants[0]?.latency?.provenance).toBe('measured');
  });

  it('replaces an earlier build and leaves files that are not its own', async () => {
    await run(model, { precisions: ['fp32', 'fp16'] });
    writeFileSync(join(out, 'mine.txt'), 'keep');
    await run(model, { precisions: ['fp32'] });
    const left = readdirSync(join(out, 'variants'));
    expect(left).toContain('device-fp32.onnx');
    expect(left.filter((file) => !file.startsWith('device-fp32.'))).toEqual([]);
    expect(readFileSync(join(out, 'mine.txt'), 'utf8')).toBe('keep');
  });

  it('leaves an earlier build as it was when it is cancelled', async () => {
    await run(model, { precisions: ['fp32'] });
    const before = readFileSync(join(out, 'report.json'), 'utf8');
    const stop = new AbortController();
    const cancelled = run(model, {
      signal: stop.signal,
      onProgress: ({ stage }) => stage === 'measure' && stop.abort(),
    });
    await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' });
    expect(readFileSync(join(out, 'report.json'), 'utf8')).toBe(before);
    expect(readdirSync(out).sort()).toEqual([
      'report.html',
      'report.json',
      'report.md',
      'variants',
    ]);
  });

  it('clears away what a killed build left', async () => {
    mkdirSync(join(out, '.building/variants'), { recursive: true });
    await run(model, { precisions: ['fp32'] });
    expect(readdirSync(out).sort()).toEqual([
      'report.html',
      'report.json',
      'report.md',
      'variants',
    ]);
  });
});

describeUnless(noSharedData)('a blueprint', () => {
  const blueprint = (more: string): string => {
    const directory = join(out, '..');
    const file = join(directory, 'selvedge.yaml');
    writeFileSync(
      file,
      `apiVersion: selvedge.dev/v1\nkind: Blueprint\nfamily: acme/digits\nversion: 2.1.0\nlicence: MIT\n${more}`,
    );
    return file;
  };
  const tiers = (quality: string): string =>
    `tiers:\n  device:\n    source: ${modelFile('mnist-8.onnx')}\n    precisions: [fp32, fp16]\n    targets: [cpu-x64]\n    quality: ${quality}\n`;

  it('names family and version, and its relative files are beside it', async () => {
    await writeDataset(join(out, '../eval'), mnist(300));
    const file = blueprint(
      `${tiers('{min: 0.9, maxDrop: 0.02}')}evaluation: {dataset: eval, metric: top1}\nprivacy: {labels: {private: device}}\n`,
    );
    const { report, ok } = await run(file);
    expect(ok).toBe(true);
    expect(report).toMatchObject({
      family: 'acme/digits',
      version: '2.1.0',
      licence: 'MIT',
      bars: { device: { min: 0.9, maxDrop: 0.02 } },
      policy: { labels: { private: 'device' } },
      evaluation: { samples: 300 },
    });
  });

  it('fails the variants that miss an absolute bar or a budget', async () => {
    await writeDataset(join(out, '../eval'), mnist(300));
    const evaluation = 'evaluation: {dataset: eval}\n';
    const missed = await run(blueprint(`${tiers('{min: 0.999}')}${evaluation}`));
    expect(missed.ok).toBe(false);
    expect(missed.report.variants[0]).toMatchObject({ status: 'fail' });
    expect(missed.report.variants[0]?.reason).toContain('is below 99.9%');
    const heavy = tiers('{min: 0.5}').replace(
      'targets:',
      'budget: {maxBytes: 20000}\n    targets:',
    );
    const { report } = await run(blueprint(`${heavy}${evaluation}`));
    expect(report.variants.map(({ status }) => status)).toEqual(['fail', 'pass']);
    expect(report.variants[0]?.reason).toContain('over budget: 26.5 kB, at most 20.0 kB');
  });

  it('copies the policy it names beside the report', async () => {
    writeFileSync(join(out, '../rules.yaml'), 'apiVersion: selvedge.dev/v1\n');
    const { report } = await run(blueprint(`${tiers('{}')}policy: rules.yaml\n`));
    expect(report.policy.file).toBe('policy.yaml');
    expect(readFileSync(join(out, 'policy.yaml'), 'utf8')).toBe('apiVersion: selvedge.dev/v1\n');
  });

  it('takes a source from outside its directory: it is the builder who names it', async () => {
    const file = blueprint(tiers('{}'));
    mkdirSync(join(file, '../../elsewhere'));
    copyFileSync(modelFile('mnist-8.onnx'), join(file, '../../elsewhere/mnist.onnx'));
    const source = 'source: ../elsewhere/mnist.onnx';
    writeFileSync(file, readFileSync(file, 'utf8').replace(/source: .*/, source));
    expect((await run(file)).ok).toBe(true);
  });

  it.each([
    ['an unknown key', 'tier: {}\n', 'tier'],
    ['a bar above 1', tiers('{min: 98}'), 'tiers.device.quality.min'],
    ['a bar that is not a number', tiers('{min: .nan}'), 'tiers.device.quality.min'],
    ['a missing source', tiers('{}').replace(/source: .*/, 'source: gone.onnx'), 'gone.onnx'],
    ['an unknown target', tiers('{}').replace('cpu-x64', 'cpu-x65'), 'cpu-x65'],
    ['an unknown precision', tiers('{}').replace('fp16', 'fp8'), 'precisions'],
    ['a missing evaluation set', `${tiers('{}')}evaluation: {dataset: nowhere}\n`, 'nowhere'],
    ['a missing policy', `${tiers('{}')}policy: gone.yaml\n`, 'gone.yaml'],
    ['broken YAML', 'tiers: [\n', 'selvedge.yaml'],
  ])('with %s is refused by name, and nothing is written', async (_, more, field) => {
    const refused = run(blueprint(more));
    await expect(refused).rejects.toThrow(field);
    await expect(refused).rejects.toSatisfy(
      (error: { row?: { exit: number } }) => error.row?.exit === 2,
    );
    expect(existsSync(out)).toBe(false);
  });
});

describeUnless(noSharedData)('bad input is refused in one line, and nothing is written:', () => {
  const file = (name: string, bytes: Uint8Array | string): string => {
    const path = join(out, '..', name);
    writeFileSync(path, bytes);
    return path;
  };
  const refused = async (input: string, message: string, options: Partial<BuildOptions> = {}) => {
    const failing = run(input, options);
    await expect(failing).rejects.toThrow(message);
    await expect(failing).rejects.toSatisfy(
      (error: { row?: { exit: number } }) => error.row?.exit === 2,
    );
    expect(existsSync(out)).toBe(false);
  };
  const model = modelFile('mnist-8.onnx');

  it('a file that is not there', () => refused(join(out, 'no.onnx'), 'does not exist'));
  it('a directory', () => refused(root, 'is a directory'));
  it('an empty file', () => refused(file('empty.onnx', ''), 'is empty'));
  it('text', () => refused(file('text.onnx', 'This is not a model, but a sentence.'), 'text.onnx'));
  it('an image', () =>
    refused(file('a.png', Uint8Array.of(137, 80, 78, 71, 13, 10, 26, 10, 0, 0)), 'a.png'));
  it('a truncated model', () =>
    refused(file('cut.onnx', readFileSync(model).subarray(0, 20_000)), 'cut.onnx'));

  it('an unknown precision', async () => {
    const failing = { precisions: ['fp32', 'int8-dynamc'] };
    await refused(model, 'no precision is called int8-dynamc', failing);
    await expect(run(model, failing)).rejects.toMatchObject({
      hint: expect.stringMatching(
        /^did you mean "int8-dynamic"\? expected fp32, fp16, .*mixed or all$/,
      ),
    });
  });
  it('a drop above 1', () => refused(model, '--max-drop 2 is not a fraction', { maxDrop: 2 }));
  it('a drop that is no number', () => refused(model, '--max-drop NaN', { maxDrop: Number.NaN }));
  it('an unknown target', () => refused(model, 'nokia-3310', { targets: ['nokia-3310'] }));
  it('an unknown metric', async () => {
    await writeDataset(join(out, '../set'), mnist(2));
    await refused(model, 'no metric f1', { evaluation: join(out, '../set'), metric: 'f1' });
  });

  const withSet = async (write: (directory: string) => void | Promise<void>) => {
    const directory = join(out, '../set');
    mkdirSync(directory);
    await write(directory);
    return { evaluation: directory, precisions: ['fp32'] };
  };

  it('an evaluation set whose shape does not fit', async () => {
    const wide = { type: 'uint8' as const, shape: [2, 30, 30], data: new Uint8Array(1800) };
    const options = await withSet((directory) =>
      writeDataset(directory, { inputs: { Input3: wide } }),
    );
    await refused(model, 'each sample has shape [30, 30], Input3 takes [1, 1, 28, 28]', options);
  });

  it('an empty evaluation set', async () => {
    await refused(model, 'has no Input3.npy', await withSet(() => {}));
  });

  it('one without samples', async () => {
    const none = { type: 'uint8' as const, shape: [0, 28, 28], data: new Uint8Array(0) };
    const options = await withSet((directory) =>
      writeDataset(directory, { inputs: { Input3: none } }),
    );
    await refused(model, 'has no samples', options);
  });

  it('NaN in an evaluation set', async () => {
    const data = new Float32Array(2 * 784);
    data[1000] = Number.NaN;
    const broken = { type: 'float32' as const, shape: [2, 28, 28], data };
    const options = await withSet((directory) =>
      writeDataset(directory, { inputs: { Input3: broken } }),
    );
    await refused(model, 'sample 1 holds NaN', options);
  });

  it('labels out of range', async () => {
    const options = await withSet((directory) =>
      writeDataset(directory, { ...mnist(2), labels: [3, 11] }),
    );
    await refused(model, 'labels.npy holds 11', options);
  });

  it('a .npy file that is something else', async () => {
    const options = await withSet((directory) =>
      writeFileSync(join(directory, 'Input3.npy'), 'hello, hello'),
    );
    await refused(model, 'is not a .npy file', options);
  });

  it('a truncated .npy file', async () => {
    const whole = writeNpy({ type: 'uint8', shape: [2, 28, 28], data: new Uint8Array(2 * 784) });
    const options = await withSet((directory) =>
      writeFileSync(join(directory, 'Input3.npy'), whole.subarray(0, 1000)),
    );
    await refused(model, 'ends early', options);
  });
});
