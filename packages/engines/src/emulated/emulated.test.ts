import { chipOf, profileOf } from '@selvedge/core/device';
import type { Workload } from '@selvedge/core/release';
import { type Engine, makeTensor } from '@selvedge/infer/engine';
import { concat, graphBuilder, writeModel } from '@selvedge/onnx';
import { describe, expect, it, onTestFinished } from 'vitest';
import { engineAcceptance } from '../acceptance/index.ts';
import { countingModel, identityModel, pairModel } from '../acceptance/models.ts';
import { createOrtEngine } from '../ort-node/index.ts';
import { cold, run, thermalState } from './heat.ts';
import { createEmulatedEngine, type EmulatedEngineOptions, graphCost } from './index.ts';
import { placed } from './placed.ts';

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

describe('an emulated chip under load', () => {
  const busy = { ...light, macs: 40e9 };
  const loaded = async (gapMs: number, runs: number) => {
    let atMs = 0;
    const engine = createEmulatedEngine({
      inner: inner(),
      target: 'snapdragon-8-gen3',
      costOf: always(busy),
      pace: false,
      clock: () => atMs,
    });
    onTestFinished(() => engine.close());
    const session = await engine.load(pairModel());
    const times: number[] = [];
    for (let run = 0; run < runs; run += 1) {
      const { computeMs } = await session.run(batch(1));
      times.push(computeMs);
      atMs += computeMs + gapMs;
    }
    return { times, condition: engine.condition };
  };

  it('keeps its clock while there are pauses, and draws energy', async () => {
    const { times, condition } = await loaded(10_000, 5);
    expect(new Set(times).size).toBe(1);
    expect(condition).toMatchObject({ thermal: 'nominal', clock: 1, runs: 5 });
    expect(condition.energyMj).toBeGreaterThan(0);
  });

  it('gives the same times for the same load', async () => {
    expect(await loaded(5, 20)).toEqual(await loaded(5, 20));
  });
});

describe('the heat of a device', () => {
  const cooling = { watts: 5, seconds: 60 };
  const after = (watts: number, seconds: number) => {
    let heat = cold(0);
    let ran = run(heat, { watts, ms: 100, atMs: 0 }, cooling);
    while (ran.heat.atMs < seconds * 1e3) {
      heat = ran.heat;
      ran = run(heat, { watts, ms: 100, atMs: heat.atMs }, cooling);
    }
    return ran;
  };

  it('slows a chip down that takes more than its cooling sheds, until both are equal', () => {
    expect(after(10, 20).clock).toBe(1);
    const warm = after(10, 1000);
    expect(warm.clock).toBeGreaterThan(0.45);
    expect(warm.clock).toBeLessThan(0.6);
    expect(warm.heat.level).toBeLessThan(1.1);
    expect(thermalState(warm.heat.level)).toBe('serious');
  });

  it('leaves one alone that takes less, and one whose cooling nobody knows', () => {
    expect(after(4, 1000)).toMatchObject({ clock: 1 });
    expect(run(cold(0), { watts: 100, ms: 5, atMs: 0 }, undefined)).toMatchObject({
      ms: 5,
      clock: 1,
    });
  });

  it('goes with time', () => {
    const warm = after(10, 1000).heat;
    const later = run(warm, { watts: 10, ms: 100, atMs: warm.atMs + 300_000 }, cooling);
    expect(later.clock).toBe(1);
  });
});

describe('a model of which a provider leaves parts to the CPU', () => {
  it('takes the time of each part where it runs, and what crosses', () => {
    const cost = graphCost(threeMatMuls())();
    const [first, second, third] = cost.model.graph.node;
    const part = (on: 'accelerator' | 'cpu', node: NonNullable<typeof first>) => ({
      ...{ on, nodes: [node], macs: 1e6, bytesIn: 4e3, bytesOut: 4e3 },
    });
    const partitions = [
      part('accelerator', first!),
      part('cpu', second!),
      part('accelerator', third!),
    ];
    const divided = {
      ...{ partitions, accelerated: 2, fallbackShare: 1 / 3, basis: 'macs' as const },
      ...{ crossings: [], crossingBytes: 8e3 },
    };
    const profile = profileOf('intel-lunar-lake');
    const half = { ...cost, precision: 'fp16' };
    const whole = placed(half, profile, undefined)!;
    const parted = placed(half, profile, divided)!;
    expect(parted.ms).toBeGreaterThan(whole.ms);
    expect(parted).toMatchObject({ fallbackShare: 1 / 3, provenance: 'estimated' });
    expect(parted.partitions.map(({ on }) => on)).toEqual(['accelerator', 'cpu', 'accelerator']);
    const sum = parted.partitions.reduce((total, { ms }) => total + ms, 0);
    expect(parted.ms).toBeCloseTo(sum + parted.crossingMs, 9);
    expect([parted.lowMs < parted.ms, parted.ms < parted.highMs]).toEqual([true, true]);
  });
});

/** Three products large enough to be worth an accelerator. */
function threeMatMuls() {
  const g = graphBuilder('products');
  let x = g.input('x', 'float32', [512, 512]);
  for (const name of ['a', 'b', 'c']) {
    const w = g.constant(name, [512, 512], new Float32Array(512 * 512));
    x = g.node('MatMul', [x, w]);
  }
  g.output(x, 'float32', [512, 512]);
  return { model: concat(writeModel(g.build())), name: 'products.onnx' };
}

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
