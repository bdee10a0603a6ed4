import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createOrtEngine } from '@selvedge/engines/ort-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mnist, modelFile, noSharedData } from '../../../../tests/support/shared-data.ts';
import { describeUnless } from '../../../../tests/support/skip.ts';
import { subset, writeDataset, writeNpy } from '../dataset/index.ts';
import { createEnginePool } from './engine-pool.ts';
import { type BuildOptions, build } from './index.ts';

const root = mkdtempSync(join(tmpdir(), 'selvedge-calibrated-'));
const engine = createOrtEngine({ threads: 1 });
afterAll(async () => {
  await engine.close();
  rmSync(root, { recursive: true });
});

const calibration = join(root, 'calibration');
const evaluation = join(root, 'evaluation');
const run = async (name: string, options: Partial<BuildOptions>) => {
  const out = join(root, name);
  const latency = { minRuns: 1, maxRuns: 2, maxMs: 50 };
  return build(modelFile('mnist-8.onnx'), { out, engine, latency, calibration, ...options });
};

describeUnless(noSharedData)('a build with a calibration set', () => {
  beforeAll(async () => {
    await writeDataset(calibration, mnist(40));
    await writeDataset(evaluation, mnist(250));
  });

  it('makes all six, and the same bytes on one engine as on one for each core', async () => {
    const all = { precisions: ['all'], evaluation, metric: 'snr', maxDrop: 0.0001 };
    const first = await run('a', all);
    const many = createEnginePool();
    const second = await run('b', { ...all, engine: many });
    await many.close();
    const made = first.report.variants.filter(({ status }) => status !== 'skipped');
    expect(made.map(({ precision }) => precision)).toEqual([
      'fp32',
      'fp16',
      'int8',
      'int8-dynamic',
      'int4',
      'mixed',
    ]);
    for (const { file } of made) {
      const [one, two] = ['a', 'b'].map((out) => readFileSync(join(root, out, file as string)));
      expect(one, file as string).toEqual(two);
    }
    const digests = (report: typeof first.report) =>
      report.variants.map(({ digest, golden }) => [digest, golden?.digest]);
    expect(digests(second.report)).toEqual(digests(first.report));
    expect(first.report.calibration).toMatchObject({ path: calibration, samples: 40 });
  });

  it('mixes until the bar is met that int8 misses, smaller than fp16, and says what it moved', async () => {
    const { report } = await run('mix', {
      precisions: ['fp16', 'int8', 'mixed'],
      evaluation,
      metric: 'snr',
      maxDrop: 0.0001,
    });
    const [half, eight, mixed] = report.variants;
    expect([half?.status, eight?.status, mixed?.status]).toEqual(['pass', 'fail', 'pass']);
    expect(mixed?.bytes).toBeLessThan(half?.bytes as number);
    const { layers, tried, noise, bar } = mixed?.sensitivity ?? { layers: [], tried: [] };
    expect(bar).toEqual({ maxDrop: 0.0001, stated: true });
    expect(noise).toBeGreaterThan(0);
    expect(layers.map(({ gain }) => gain)).toEqual(
      layers.map(({ gain }) => gain).sort((a, b) => b - a),
    );
    expect(layers.filter(({ moved }) => moved).length).toBeGreaterThan(0);
    const holding = tried.filter(({ holds }) => holds).map(({ bytes }) => bytes);
    expect(mixed?.bytes).toBe(Math.min(...holding));
  });

  it('has nothing to mix where int8 holds the bar; asked for it alone it is int8', async () => {
    const both = await run('both', { precisions: ['int8', 'mixed'], evaluation, maxDrop: 0.02 });
    expect(both.report.variants[1]).toMatchObject({ status: 'skipped' });
    expect(both.report.variants[1]?.reason).toContain('as int8, which holds a drop of at most 2%');
    const { report } = await run('alone', { precisions: ['mixed'], evaluation, maxDrop: 0.02 });
    expect(report.variants[0]).toMatchObject({
      status: 'pass',
      bytes: both.report.variants[0]?.bytes,
    });
  });

  it('holds a bar that nobody stated, and says that it was assumed', async () => {
    const { report } = await run('assumed', { precisions: ['mixed'] });
    expect(report.variants[0]?.sensitivity).toMatchObject({
      bar: { maxDrop: 0.01, stated: false },
      judgedOn: 'calibration',
    });
  });
});

describeUnless(noSharedData)(
  'a calibration set that does not do is refused, and nothing is written:',
  () => {
    const refused = async (name: string, write: (set: string) => void, message: RegExp) => {
      const set = join(root, `set-${name}`);
      mkdirSync(set);
      write(set);
      const failing = run(`out-${name}`, { precisions: ['fp32', 'int8'], calibration: set });
      await expect(failing).rejects.toMatchObject({ code: 'bad-dataset', row: { exit: 2 } });
      await expect(failing).rejects.toThrow(message);
      expect(existsSync(join(root, `out-${name}`))).toBe(false);
    };
    const images = (fill: (data: Float32Array) => void, shape = [2, 28, 28]) => {
      const data = new Float32Array(shape.reduce((product, side) => product * side, 1));
      fill(data);
      return writeNpy({ type: 'float32', shape, data });
    };
    const file = (set: string) => join(set, 'Input3.npy');

    it('with NaN', () =>
      refused(
        'nan',
        (set) =>
          writeFileSync(
            file(set),
            images((data) => (data[800] = Number.NaN)),
          ),
        /Input3\.npy: sample 1 holds NaN/,
      ));
    it('with infinity', () =>
      refused(
        'inf',
        (set) =>
          writeFileSync(
            file(set),
            images((data) => (data[3] = Number.POSITIVE_INFINITY)),
          ),
        /Input3\.npy: sample 0 holds Infinity/,
      ));
    it('of the wrong name', () =>
      refused(
        'name',
        (set) =>
          writeFileSync(
            join(set, 'image.npy'),
            images(() => {}),
          ),
        /has no Input3\.npy for the input Input3/,
      ));
    it('of the wrong shape', () =>
      refused(
        'shape',
        (set) =>
          writeFileSync(
            file(set),
            images(() => {}, [2, 30, 30]),
          ),
        /each sample has shape \[30, 30\]/,
      ));
    it('of the wrong type', () =>
      refused(
        'type',
        (set) =>
          writeFileSync(
            file(set),
            writeNpy({ type: 'string', shape: [1, 784], data: Array(784).fill('a') }),
          ),
        /Input3\.npy/,
      ));
    it('without samples', () =>
      refused(
        'none',
        (set) =>
          writeFileSync(
            file(set),
            images(() => {}, [0, 28, 28]),
          ),
        /has no samples/,
      ));
    it('that is empty', () => refused('empty', () => {}, /has no Input3\.npy/));
  },
);

describe('a part of a data set', () => {
  const set = {
    path: 'set',
    samples: 10,
    digest: `sha256:${'0'.repeat(64)}` as const,
    labels: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    expectedOutputs: [],
    stored: {},
    sequence: undefined,
    sample: async (index: number) => ({
      x: { type: 'float32' as const, shape: [1], data: Float32Array.of(index) },
    }),
    expected: async () => ({}),
    close: async () => {},
  };

  it('is spread over it, labels and all; of a sequence it is the beginning', async () => {
    const part = subset(set, 4);
    expect(part.labels).toEqual([0, 2, 5, 7]);
    expect((await part.sample(2)).x?.data[0]).toBe(5);
    const sequence = { feeds: {}, initial: {}, constants: {}, restarts: [] };
    expect(subset({ ...set, sequence }, 3).labels).toEqual([0, 1, 2]);
    expect(subset(set, 99).samples).toBe(10);
  });
});
