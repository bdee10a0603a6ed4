import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SelvedgeError } from '@selvedge/core/errors';
import { createOrtEngine } from '@selvedge/engines/ort-node';
import type { Session } from '@selvedge/infer/engine';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { mnist, modelFile, noSharedData } from '../../../../tests/support/shared-data.ts';
import { describeUnless } from '../../../../tests/support/skip.ts';
import { type Dataset, readDataset, writeDataset } from '../dataset/index.ts';
import { evaluate, measureLatency } from './index.ts';

describeUnless(noSharedData)('mnist-8 on 500 of its images', () => {
  const root = mkdtempSync(join(tmpdir(), 'selvedge-measure-'));
  const engine = createOrtEngine({ threads: 1 });
  let session: Session;
  let dataset: Dataset;

  beforeAll(async () => {
    session = await engine.load({ model: readFileSync(modelFile('mnist-8.onnx')) });
    await writeDataset(join(root, 'mnist'), mnist(500));
    dataset = await readDataset(join(root, 'mnist'), session.inputs);
  });
  afterAll(async () => {
    await engine.close();
    rmSync(root, { recursive: true });
  });

  const late =
    "export default () => new Promise(() => setTimeout(() => { throw Error('later'); }));";
  const run = (metric?: string, signal?: AbortSignal) =>
    evaluate({
      signal,
      reference: session,
      contestants: [{ id: 'same', session, coupled: false }],
      dataset,
      metric,
    });

  it('is scored by top1, since there are labels, and does not differ from itself', async () => {
    const { metric, samples, summaries } = await run();
    const same = summaries.get('same');
    expect(metric).toBe('top1');
    expect(samples).toBe(500);
    expect(same?.value).toBeGreaterThan(0.97);
    expect(same?.drop).toBe(0);
    expect(same?.interval?.[1]).toBeLessThan(0.006);
  });

  it('agrees with itself wholly', async () => {
    expect((await run('agreement')).summaries.get('same')?.value).toBe(1);
    expect((await run('snr')).summaries.get('same')).toMatchObject({ value: 300, drop: 0 });
  });

  it("is scored by an author's module", async () => {
    const file = join(root, 'even.mjs');
    writeFileSync(file, 'export default ({ label }) => label % 2 === 0;');
    const { metric, summaries } = await run(file);
    expect(metric).toBe('even.mjs');
    expect(summaries.get('same')?.value).toBeCloseTo(0.49, 1);
  });

  it.each([
    ['gives numbers above 1', 'export default () => 2;', 'gave 2 for sample 0'],
    ['throws', "export default () => { throw new Error('no'); };", 'failed on sample 0: no'],
    ['exports nothing', 'export const x = 1;', 'no default export'],
    ['is not JavaScript', 'export default (', 'cannot be loaded'],
    ['throws null', 'export default () => { throw null; };', 'failed on sample 0: null'],
    ['rejects with nothing', 'export default async () => Promise.reject();', ': undefined'],
    ['throws while it is loaded', 'throw undefined;', 'cannot be loaded: undefined'],
    ['gives NaN', 'export default () => NaN;', 'gave NaN for sample 0'],
    ['gives infinity', 'export default () => 1 / 0;', 'gave Infinity for sample 0'],
    ['gives words', "export default () => '0.5';", 'gave "0.5" for sample 0'],
    ['gives a function', 'export default () => () => 1;', 'gave () => 1 for sample 0'],
    ['ends the process', 'export default () => process.exit(0);', 'process.exit(0) on sample 0'],
    ['ends as it loads', 'process.exit(7);', 'called process.exit(7) while it was loaded'],
    ['waits in vain', 'await new Promise(() => {});', 'waits for what never comes'],
    ['fails afterwards', late, 'failed on sample 0: later'],
  ])('refuses a module that %s, and names it', async (name, source, message) => {
    const file = join(root, `${name.replaceAll(' ', '-')}.mjs`);
    writeFileSync(file, source);
    const refusal = await run(file).catch((error: unknown) => error as SelvedgeError);
    expect(refusal).toMatchObject({ code: 'bad-input', details: { file } });
    expect((refusal as SelvedgeError).message).toContain(file);
    expect((refusal as SelvedgeError).message).toContain(message);
  });

  it.each([
    ['never ends', 'export default () => { for (;;); };'],
    ['never answers', 'export default () => new Promise(() => {});'],
    ['is never loaded', 'setInterval(() => {}, 1e6); await new Promise(() => {});'],
  ])('ends a module that %s when it is cancelled', async (name, source) => {
    const file = join(root, `${name.replaceAll(' ', '-')}.mjs`);
    writeFileSync(file, source);
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 300);
    await expect(run(file, stop.signal)).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('refuses an unknown metric', async () => {
    await expect(run('accuracy')).rejects.toThrow('there is no metric accuracy');
  });

  it('refuses labels beyond the classes it tells apart', async () => {
    await writeDataset(join(root, 'bad'), { ...mnist(3), labels: [1, 10, 2] });
    const bad = await readDataset(join(root, 'bad'), session.inputs);
    await expect(evaluate({ reference: session, contestants: [], dataset: bad })).rejects.toThrow(
      'labels.npy holds 10 at 1, the model tells 10 classes apart',
    );
  });

  it('is timed by the engine on this machine', async () => {
    const budget = { minRuns: 5, maxRuns: 20, maxMs: 1000 };
    const latency = await measureLatency(session, await dataset.sample(0), 'onnxruntime', budget);
    expect(latency).toMatchObject({ runs: 20, provenance: 'measured', engine: 'onnxruntime' });
    expect(latency.p50Ms).toBeGreaterThan(0);
    expect(latency.p99Ms).toBeGreaterThanOrEqual(latency.p50Ms);
  });
});
