import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Summary } from '../measure/index.ts';
import { judgeQuality, overBudget } from './gate.ts';

const summary = (drop: number, low: number, high: number): Summary => ({
  value: 0.9 - drop,
  reference: 0.9,
  drop,
  interval: [low, high],
  valueInterval: [0.9 - drop - 0.02, 0.9 - drop + 0.02],
});

describe('the gate', () => {
  it('passes a drop whose whole interval is within the bar', () => {
    expect(judgeQuality(summary(0.001, -0.001, 0.003), { maxDrop: 0.005 }, false).status).toBe(
      'pass',
    );
  });

  it('fails a drop above the bar, however wide the interval', () => {
    expect(judgeQuality(summary(0.02, -0.1, 0.1), { maxDrop: 0.01 }, false)).toEqual({
      status: 'fail',
      reason: 'drop 2% is above 1%',
    });
  });

  it('calls a drop within the bar unproven when its interval reaches across', () => {
    expect(judgeQuality(summary(0.005, -0.01, 0.02), { maxDrop: 0.01 }, false).status).toBe(
      'unproven',
    );
  });

  it('takes the worse of two bars', () => {
    const both = { maxDrop: 0.01, min: 0.95 };
    expect(judgeQuality(summary(0.001, 0, 0.002), both, false)).toMatchObject({
      status: 'fail',
      reason: expect.stringContaining('is below 95%'),
    });
  });

  it('has nothing to hold against a variant without a bar', () => {
    expect(judgeQuality(summary(0.5, 0.4, 0.6), {}, false).status).toBe('pass');
    expect(judgeQuality(undefined, {}, false).status).toBe('unproven');
  });

  it('never passes a drop that may be above the bar', () => {
    const fraction = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(fraction, fraction, fraction, fraction, (bar, a, b, c) => {
        const [low, drop, high] = [a, b, c].sort((x, y) => x - y) as [number, number, number];
        const { status } = judgeQuality(summary(drop, low, high), { maxDrop: bar }, false);
        if (status === 'pass') expect(high).toBeLessThanOrEqual(bar);
        if (drop > bar) expect(status).toBe('fail');
      }),
    );
  });

  it('names every limit of the budget that is broken', () => {
    const workload = {
      macs: 0,
      weightBytes: 0,
      activationBytes: 0,
      peakMemoryBytes: 500,
      nodes: 1,
    };
    const latencies = [{ p50Ms: 7, target: 'midrange-2021' }];
    const figures = { bytes: 100, workload, latencies };
    const verdict = overBudget({ maxBytes: 99, maxMemoryBytes: 499, maxLatencyMs: 5 }, figures);
    expect(verdict?.reason).toContain('100 B, at most 99 B');
    expect(verdict?.reason).toContain('500 B of memory, at most 499 B');
    expect(verdict?.reason).toContain('7 ms on midrange-2021, at most 5');
    expect(overBudget({ maxBytes: 100 }, figures)).toBeUndefined();
    const close = overBudget({ maxBytes: 26_453 }, { ...figures, bytes: 26_454 });
    expect(close?.reason).toContain('26454 bytes, at most 26453');
  });
});
