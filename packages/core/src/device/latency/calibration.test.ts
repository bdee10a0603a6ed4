import { describe, expect, it } from 'vitest';
import type { Kernels, Workload } from '../../release/documents.ts';
import { estimate, estimateOn } from '../estimate.ts';
import { profileOf } from '../profile-of.ts';
import { calibratedTime } from './calibration.ts';
import { calibrations } from './calibrations.ts';
import { latencyTerms } from './latency-terms.ts';
import { kernelMix, similarityOf } from './similarity.ts';

const kernels: Kernels = {
  conv: { nodes: 10, macs: 4e9, elements: 8e6, weights: 3e6, waiting: 1e6 },
  softmax: { nodes: 2, macs: 0, elements: 1e6, weights: 0, waiting: 0 },
};
const workload: Workload = {
  macs: 4e9,
  weightBytes: 3e6,
  activationBytes: 8e6,
  peakMemoryBytes: 1e7,
  nodes: 12,
  kernels,
};
const phone = profileOf('flagship-2026');
const npu = phone.units[0]!;

describe('the terms of the latency model', () => {
  it('are arithmetic and movement by class, weights, kernels and the call', () => {
    expect(Object.fromEntries(latencyTerms(kernels))).toEqual({
      start: 1,
      'conv macs': 4,
      'conv elements': 8,
      'arithmetic kernels': 0.01,
      weights: 3,
      'waiting weights': 1,
      'softmax elements': 1,
      'movement kernels': 0.002,
    });
  });
});

describe('a calibrated time', () => {
  it('is the sum of terms times coefficients, by what they are spent on', () => {
    const coefficients = { start: 0.2, 'conv macs': 0.1, 'conv elements': 0.01, weights: 0.01 };
    const known = { reach: 0.3, mixes: {} };
    const time = calibratedTime({ coefficients, weights: {} }, kernels, known);
    expect(time.computeMs).toBeCloseTo(0.4, 9);
    expect(time.memoryMs).toBeCloseTo(0.11, 9);
    expect(time.overheadMs).toBeCloseTo(0.2, 9);
    expect(time.ms).toBeCloseTo(0.71, 9);
  });

  it('is what networks showed, as far as it is similar to them', () => {
    const { softmax: _, ...others } = kernels;
    const known = { reach: 0.3, mixes: { same: kernelMix(kernels), near: kernelMix(others) } };
    const ms = (weights: Record<string, number>) =>
      calibratedTime({ coefficients: { start: 1 }, weights }, kernels, known).ms;
    expect(ms({ same: Math.log(2) })).toBeCloseTo(2, 9);
    expect(ms({ near: Math.log(2) })).toBeGreaterThan(1.2);
    expect(ms({ near: Math.log(2) })).toBeLessThan(1.9);
    expect(ms({})).toBe(1);
  });
});

describe('the similarity of networks', () => {
  const mix = kernelMix(kernels);
  it('is one for the same work, and nothing for work of another kind', () => {
    expect(similarityOf(mix, mix, 0.3)).toBe(1);
    const { conv, softmax } = kernels;
    expect(similarityOf(mix, kernelMix({ depthwise: conv!, pool: softmax! }), 0.3)).toBeLessThan(
      1e-6,
    );
  });
  it('falls with size and with distance, both ways alike', () => {
    const larger = kernelMix({ ...kernels, conv: { ...kernels.conv!, macs: 8e9 } });
    const [there, back] = [similarityOf(mix, larger, 0.3), similarityOf(larger, mix, 0.3)];
    expect(there).toBeCloseTo(back, 12);
    expect([there < 1, there > 0.8]).toEqual([true, true]);
    expect(similarityOf(mix, larger, 0.1)).toBeLessThan(there);
  });
});

describe('the calibrations', () => {
  it.each(calibrations.map((one) => [`${one.id} ${one.precision}`, one] as const))(
    'of %s say what they were fitted to and how far off they are',
    (_, one) => {
      expect(one.networks).toBeGreaterThan(10);
      expect(one.medianError).toBeGreaterThan(0);
      expect(one.medianError).toBeLessThan(0.35);
      expect([one.low < 1, one.high > 1]).toEqual([true, true]);
      for (const ms of Object.values(one.coefficients)) expect(ms).toBeGreaterThanOrEqual(0);
    },
  );

  it('take the place of the roofline where a unit names one and kernels are known', () => {
    const calibrated = estimateOn(npu, workload, phone, 'fp16')!;
    expect(calibrated).toMatchObject({ provenance: 'calibrated', medianError: expect.any(Number) });
    expect([calibrated.lowMs < calibrated.ms, calibrated.ms < calibrated.highMs]).toEqual([
      true,
      true,
    ]);
    const { kernels: _, ...bare } = workload;
    expect(estimateOn(npu, bare, phone, 'fp16')).toMatchObject({ provenance: 'estimated' });
    const { calibration: __, ...unnamed } = npu;
    expect(estimateOn(unnamed, workload, phone, 'fp16')).toMatchObject({ provenance: 'estimated' });
  });

  it('of ResNet-50, counted from its graph, give what was published within their interval', () => {
    // AI Hub Models v0.46.1: 1.212 ms as float, 0.663 ms as w8a8, ONNX Runtime.
    for (const [precision, ms] of [
      ['fp16', 1.212],
      ['int8', 0.663],
    ] as const) {
      const one = estimate({ ...workload, kernels: resnet50 }, phone, precision)!;
      expect([one.provenance, one.lowMs <= ms, ms <= one.highMs]).toEqual([
        'calibrated',
        true,
        true,
      ]);
    }
  });
});

/** As counted from the architecture of scripts/latency-model. */
const resnet50: Kernels = {
  image: { nodes: 1, macs: 0, elements: 3211264, weights: 3, waiting: 3 },
  stem: {
    nodes: 1,
    macs: 118013952,
    elements: 2408448,
    weights: 9472,
    waiting: 0,
  },
  pool: { nodes: 1, macs: 0, elements: 1003520, weights: 0, waiting: 0 },
  pointwise: {
    nodes: 36,
    macs: 2546204672,
    elements: 19521536,
    weights: 12150976,
    waiting: 3434567,
  },
  conv: {
    nodes: 16,
    macs: 2234253312,
    elements: 3653632,
    weights: 11321024,
    waiting: 3304551,
  },
  elementwise: {
    nodes: 16,
    macs: 0,
    elements: 18628608,
    weights: 0,
    waiting: 0,
  },
  reduce: { nodes: 1, macs: 0, elements: 196608, weights: 0, waiting: 0 },
  reshape: { nodes: 1, macs: 0, elements: 81920, weights: 0, waiting: 0 },
  vector: {
    nodes: 1,
    macs: 16777216,
    elements: 24576,
    weights: 2048000,
    waiting: 1908190,
  },
};
