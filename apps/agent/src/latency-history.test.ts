import { describe, expect, it } from 'vitest';
import { latencyHistory } from './latency-history.ts';

const estimate = { predictedMs: 50, provenance: 'estimated' } as const;

describe('what is expected of a place', () => {
  it('is the estimate until three answers were seen', () => {
    const history = latencyHistory();
    history.add('edge/eu-1', 5, 'measured');
    history.add('edge/eu-1', 6, 'measured');
    expect(history.predict('edge/eu-1', estimate)).toEqual(estimate);
    history.add('edge/eu-1', 7, 'measured');
    expect(history.predict('edge/eu-1', estimate)).toEqual({
      predictedMs: 6,
      provenance: 'measured',
    });
  });

  it('is not shaken by one slow answer', () => {
    const history = latencyHistory();
    for (const ms of [5, 5, 900, 5, 5]) history.add('edge/eu-1', ms, 'measured');
    expect(history.predict('edge/eu-1', estimate).predictedMs).toBe(5);
  });

  it('follows a place that became slow', () => {
    const history = latencyHistory();
    for (let i = 0; i < 100; i++) history.add('edge/eu-1', i < 60 ? 5 : 80, 'measured');
    expect(history.predict('edge/eu-1', estimate).predictedMs).toBe(80);
  });

  it('stays an estimate where an emulated chip’s clock gave it', () => {
    const history = latencyHistory();
    for (let i = 0; i < 3; i++) history.add('device/v', 1, 'estimated');
    expect(history.predict('device/v', estimate)).toEqual({
      predictedMs: 1,
      provenance: 'estimated',
    });
  });
});
