import { chipOf, profileOf } from '@selvedge/core/device';
import type { Workload } from '@selvedge/core/release';
import { type Engine, makeTensor } from '@selvedge/infer/engine';
import { describe, expect, it, onTestFinished } from 'vitest';
import { engineAcceptance } from '../acceptance/index.ts';
import { countingModel, identityModel, pairModel } from '../acceptance/models.ts';
import { createOrtEngine } from '../ort-node/index.ts';
import { createEmulatedEngine, type EmulatedEngineOptions, graphCost } from './index.ts';

const inner = () => createOrtEngine({ threads: 1, graceMs: 100 });

engineAcceptance(
  'emulated',
  () => createEmulatedEngine({ inner: inner(), target: 'midrange-2021' }),
  { bfloat16: 'ONNX Runtime computes for it, and its binding has no bfloat16 tensors' },
);

const light: Workload = {
  macs: 1_000,
  weightBytes: 1_000,
  activationBytes: 1_000,
  peakMemoryBytes: 2_000,
  nodes: 1,
};

const always =
  (workload: Workload, precision = 'fp32') =>
  () =>
  () => ({ workload, precision });

function engineFor(options: Partial<EmulatedEngineOptions>): Engine {
  const engine = createEmulatedEngine({ inner: inner(), target: 'midrange-2021', ...options });
  onTestFinished(() => engine.close());
  return engine;
}

const batch = (size: number) => ({
  a: makeTensor('float32', [size, 3], new Float32Array(3 * size)),
  b: makeTensor('float32', [size, 3], new Float32Array(3 * size)),
});

describe('an emulated chip', () => {
  it('says which target it stands for', () => {
    expect(engineFor({})).toMatchObject({ name: 'emulated', target: 'midrange-2021' });
    expect(() => engineFor({ target: 'no-such-chip' })).toThrow(/no target "no-such-chip"/);
  });

  it('reports the time of the chip, as estimated, and waits for it', async () => {
    const slow = { ...light, macs: 2e9 };
    const engine = engineFor({ costOf: always(slow) });
    const session = await engine.load(pairModel());
    const began = performance.now();
    const { computeMs, provenance } = await session.run(batch(1));
    expect(provenance).toBe('estimated');
    expect(computeMs).toBeGreaterThan(50);
    expect(performance.now() - began).toBeGreaterThanOrEqual(computeMs - 2);
  });

  it('does not wait where only the figures are wanted', async () => {
    const slow = { ...light, macs: 200e9 };
    const costOf = always(slow);
    const session = await engineFor({ costOf, pace: false }).load(pairModel());
    const began = performance.now();
    expect((await session.run(batch(1))).computeMs).toBeGreaterThan(5_000);
    expect(performance.now() - began).toBeLessThan(2_000);
  });

  it('misses a deadline that the chip would miss, when it passes', async () => {
    const slow = { ...light, macs: 20e9 };
    const engine = engineFor({ costOf: always(slow) });
    const session = await engine.load(pairModel());
    await session.run(batch(1), { timeoutMs: 100 }).catch(() => {});
    const began = performance.now();
    await expect(session.run(batch(1), { timeoutMs: 100 })).rejects.toMatchObject({
      code: 'timeout',
    });
    expect(performance.now() - began).toBeGreaterThan(90);
    expect(performance.now() - began).toBeLessThan(300);
  });

  it('takes longer for a larger input, which is counted anew', async () => {
    const session = await engineFor({ pace: false }).load(pairModel());
    const one = await session.run(batch(1));
    const many = await session.run(batch(1_000_000));
    expect(many.computeMs / one.computeMs).toBeGreaterThan(10);
  });

  it('has no more memory than the chip', async () => {
    const room = profileOf('midrange-2021').memory.budgetBytes;
    const taking = (peakMemoryBytes: number) => always({ ...light, peakMemoryBytes });
    await expect(engineFor({ costOf: taking(room + 1) }).load(pairModel())).rejects.toMatchObject({
      code: 'out-of-memory',
      message: expect.stringContaining('pair.onnx'),
    });
    const small = chipOf('midrange-2021');
    const target = { ...small, memoryBudget: { ...small.memoryBudget, value: 100 } };
    const session = await engineFor({ target }).load(pairModel());
    expect((await session.run(batch(1))).outputs.sum!.shape).toEqual([1, 3]);
    await expect(session.run(batch(10))).rejects.toMatchObject({ code: 'out-of-memory' });
  });

  it('does not run a precision that no processor of the chip has', async () => {
    const costOf = always(light, 'int2');
    await expect(engineFor({ costOf }).load(pairModel())).rejects.toMatchObject({
      code: 'engine-failed',
      message: expect.stringContaining('no processor of midrange-2021 runs int2'),
    });
  });

  it('follows the catalogue: half the rate, twice the time', async () => {
    const chip = chipOf('midrange-2021');
    const [unit] = chip.units;
    const fp32 = unit!.tops.fp32!;
    const half = {
      ...chip,
      units: [{ ...unit!, tops: { fp32: { ...fp32, value: fp32.value / 2 } } }],
    };
    const costOf = always({ ...light, macs: 20e9 });
    const times = [];
    for (const target of [chip, half]) {
      const session = await engineFor({ target, costOf, pace: false }).load(pairModel());
      times.push((await session.run(batch(1))).computeMs);
    }
    expect(times[1]! / times[0]!).toBeCloseTo(2, 1);
  });
});

describe('the cost of a graph', () => {
  it('is counted, at the smallest size of free dimensions', () => {
    expect(graphCost(pairModel())()).toMatchObject({
      precision: 'fp32',
      workload: { nodes: 2, activationBytes: 2 * 3 * 12 },
    });
    expect(graphCost(identityModel('float16', [4]))().precision).toBe('fp32');
  });

  it('names what could not be counted', () => {
    expect(graphCost(countingModel())().workload.uncounted).toContain('Loop');
  });
});
