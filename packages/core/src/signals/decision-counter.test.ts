import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DecisionCounts } from '../api/reports.ts';
import { parseDocument } from '../schema/index.ts';
import { createDecisionCounter } from './decision-counter.ts';

const batch = '0'.repeat(32);
const start = Date.UTC(2026, 10, 20, 10);

describe('a decision counter', () => {
  it('closes a window into a document with the sums by family, tier and rule', () => {
    const counter = createDecisionCounter(start);
    counter.add({ family: 'a/b', tier: 'device', rule: 'objective' });
    counter.add({ family: 'a/b', tier: 'device', rule: 'objective' });
    counter.add({ family: 'a/b', tier: 'none', rule: 'privacy-private' });
    const document = counter.close(start + 60_000, batch);
    expect(parseDocument(DecisionCounts, document, 'counts')).toEqual({
      apiVersion: 'selvedge.dev/v1',
      kind: 'DecisionCounts',
      batch,
      window: { start: '2026-11-20T10:00:00Z', end: '2026-11-20T10:01:00Z' },
      counts: [
        { family: 'a/b', tier: 'device', rule: 'objective', count: 2 },
        { family: 'a/b', tier: 'none', rule: 'privacy-private', count: 1 },
      ],
    });
  });

  it('starts the next window where the last one ended, and sends no empty one', () => {
    const counter = createDecisionCounter(start);
    counter.add({ family: 'a/b', tier: 'edge', rule: 'objective' });
    counter.close(start + 1_000, batch);
    expect(counter.close(start + 2_000, batch)).toBeUndefined();
    counter.add({ family: 'a/b', tier: 'edge', rule: 'objective' });
    expect(counter.close(start + 3_000, batch)?.window.start).toBe('2026-11-20T10:00:02Z');
  });

  it('loses no decision, in whatever order they come, and its order says nothing', () => {
    const decision = fc.record({
      family: fc.constantFrom('a/b', 'a/c'),
      tier: fc.constantFrom('device' as const, 'none' as const),
      rule: fc.integer({ min: 0, max: 400 }).map((n) => `rule-${n}`),
    });
    fc.assert(
      fc.property(fc.array(decision, { minLength: 1, maxLength: 600 }), (decisions) => {
        const counter = createDecisionCounter(start);
        for (const one of decisions) counter.add(one);
        const { counts } = counter.close(start, batch)!;
        expect(counts.reduce((sum, { count }) => sum + count, 0)).toBe(decisions.length);
        const keys = counts.map(({ family, tier, rule }) => `${family} ${tier} ${rule}`);
        expect(keys).toEqual([...keys].sort());
      }),
      { numRuns: 100 },
    );
  });

  it('folds what is too various into one rule, so that a window stays small', () => {
    const counter = createDecisionCounter(start);
    for (let i = 0; i < 10_000; i++)
      counter.add({ family: 'a/b', tier: 'device', rule: `rule-${i}` });
    const { counts } = counter.close(start, batch)!;
    expect(counts.length).toBeLessThan(200);
    expect(counts.reduce((sum, { count }) => sum + count, 0)).toBe(10_000);
  });

  it('always fits the document that hubs take, however many families and places there are', () => {
    const counter = createDecisionCounter(start);
    for (let i = 0; i < 10_000; i++)
      counter.add({ family: `a/b${i % 977}`, tier: 'device', rule: `rule-${i}` });
    const ended = counter.close(start, batch)!;
    expect(parseDocument(DecisionCounts, ended, 'counts').counts.length).toBeGreaterThan(100);
  });
});
