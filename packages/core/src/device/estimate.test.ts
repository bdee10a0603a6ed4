import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Workload } from '../release/documents.ts';
import { type ComputeUnit, estimate, estimateOn, type Profile, profileOf } from './index.ts';

const unit: ComputeUnit = {
  kind: 'cpu',
  provider: 'cpu',
  precisions: ['fp32'],
  tops: { fp32: 0.1 },
  efficiency: 0.5,
  startUs: 10,
  dispatchUs: 2,
  watts: 4,
  waitWatts: 1,
};
const memory = { budgetBytes: 1e9, bandwidth: 10e9 };
const workload = (over: Partial<Workload> = {}): Workload => ({
  macs: 0,
  weightBytes: 0,
  activationBytes: 0,
  peakMemoryBytes: 0,
  nodes: 0,
  ...over,
});

describe('an estimate', () => {
  it('is the roofline plus what starting and dispatching cost', () => {
    // 2 × 25 M operations at 0.05 × 10¹²/s are 1 ms; 5 MB at 10 GB/s 0.5 ms; 10 + 20 × 2 µs.
    const one = estimateOn(
      unit,
      workload({ macs: 25e6, weightBytes: 4e6, activationBytes: 1e6, nodes: 20 }),
      { memory },
      'fp32',
    )!;
    expect(one.computeMs).toBeCloseTo(1, 9);
    expect(one.memoryMs).toBeCloseTo(0.5, 9);
    expect(one.overheadMs).toBeCloseTo(0.05, 9);
    expect(one.ms).toBeCloseTo(1.05, 9);
    expect(one.energyMj).toBeCloseTo(4 * 1 + 1 * 0.05, 9);
    expect(one).toMatchObject({
      bound: 'compute',
      provenance: 'estimated',
      unit: { kind: 'cpu', provider: 'cpu' },
    });
  });

  it.each([
    ['compute', { macs: 25e6 }],
    ['memory', { weightBytes: 50e6 }],
    ['overhead', { nodes: 100 }],
  ] as const)('names %s where it binds', (bound, over) => {
    expect(estimateOn(unit, workload(over), { memory }, 'fp32')!.bound).toBe(bound);
  });

  it('is none where no unit runs the precision', () => {
    expect(estimate(workload(), { ...profileOf('midrange-2021') }, 'fp8')).toBeUndefined();
    expect(
      estimateOn({ ...unit, tops: { fp32: 0 } }, workload(), { memory }, 'fp32'),
    ).toBeUndefined();
  });

  it('leaves energy out where power is unknown, and memory where bandwidth is', () => {
    const { watts: _, ...unknown } = unit;
    const one = estimateOn(
      unknown,
      workload({ weightBytes: 1e9 }),
      { memory: { ...memory, bandwidth: 0 } },
      'fp32',
    )!;
    expect(one).not.toHaveProperty('energyMj');
    expect(one.memoryMs).toBe(0);
  });

  it('moves only the weights that do not fit on a chip with memory of its own, by its own path', () => {
    const own: ComputeUnit = { ...unit, onChipBytes: 8e6, bandwidth: 1e9 };
    const ms = (weightBytes: number) =>
      estimateOn(own, workload({ weightBytes, activationBytes: 5e6 }), { memory }, 'fp32')!
        .memoryMs;
    expect(ms(8e6)).toBe(0);
    expect(ms(9e6)).toBeCloseTo(1, 9);
  });

  it('takes the unit that burdens the device least: the NPU for the energy, the CPU when it is dear', () => {
    const phone = profileOf('flagship-2026');
    const small = workload({ macs: 1e6, weightBytes: 2e5, activationBytes: 1e5, nodes: 12 });
    expect(estimate(small, phone, 'fp16')!.unit.provider).toBe('qnn');
    const hungry: Profile = {
      ...phone,
      units: phone.units.map((one) => (one.kind === 'npu' ? { ...one, waitWatts: 5 } : one)),
    };
    expect(estimate(small, hungry, 'fp16')!.unit.provider).toBe('cpu');
  });

  it('grows with the work and shrinks with better figures', () => {
    const work = fc.record({
      macs: fc.integer({ min: 0, max: 1e10 }),
      weightBytes: fc.integer({ min: 0, max: 1e9 }),
      activationBytes: fc.integer({ min: 0, max: 1e9 }),
      nodes: fc.integer({ min: 0, max: 5000 }),
    });
    fc.assert(
      fc.property(work, (over) => {
        const ms = (one: ComputeUnit, bigger = 1) =>
          estimateOn(
            one,
            workload({ ...over, macs: over.macs * bigger, nodes: over.nodes * bigger }),
            { memory },
            'fp32',
          )!.ms;
        const base = ms(unit);
        expect(base).toBeGreaterThan(0);
        expect(ms(unit, 2)).toBeGreaterThanOrEqual(base);
        expect(ms({ ...unit, tops: { fp32: 0.2 } })).toBeLessThanOrEqual(base);
        expect(ms({ ...unit, dispatchUs: 1 })).toBeLessThanOrEqual(base);
      }),
    );
  });
});

/** Published medians of AI Hub Models v0.46.1, ONNX Runtime, `float`: the fit was made on these. */
describe('the calibration of flagship-2026', () => {
  it.each([
    ['resnet50', 4.09e9, 25.5e6, 128, 1.212],
    ['resnet101', 7.8e9, 44.5e6, 247, 1.767],
    ['mobilenet_v2', 0.3e9, 3.5e6, 104, 0.377],
    ['squeezenet1_1', 0.35e9, 1.24e6, 71, 0.274],
    ['densenet121', 2.87e9, 8e6, 374, 0.83],
  ])('predicts %s within 25% of what was measured', (_, macs, parameters, nodes, measuredMs) => {
    const phone = profileOf('flagship-2026');
    const npu = phone.units.find(({ kind }) => kind === 'npu')!;
    const { ms } = estimateOn(
      npu,
      workload({ macs, weightBytes: 2 * parameters, nodes }),
      phone,
      'fp16',
    )!;
    expect(ms / measuredMs).toBeGreaterThan(0.75);
    expect(ms / measuredMs).toBeLessThan(1.25);
  });
});
