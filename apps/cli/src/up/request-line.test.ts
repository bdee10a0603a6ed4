import { stripVTControlCharacters } from 'node:util';
import type { DecisionTrace } from '@selvedge/agent';
import { describe, expect, it } from 'vitest';
import { requestLine } from './request-line.ts';
import type { Answered } from './requests.ts';

const trace: DecisionTrace = {
  id: 'd1',
  at: '2026-11-20T00:00:00.000Z',
  family: 'a/b',
  request: { labels: ['public'] },
  tier: 'edge',
  candidate: 'edge/eu-1',
  version: '1.0.0',
  variant: 'edge-fp32',
  engine: 'onnxruntime',
  target: null,
  considered: [],
  plan: [],
  rejected: [],
  attempts: [],
  policy: 'p',
  rule: 'min-quality',
  reason: '',
  ms: 12.34,
  provenance: 'measured',
  computed: { ms: 1, provenance: 'measured' },
};
const answered = (over: Partial<Answered>): Answered => ({
  asked: { title: 'labelled public', request: {} },
  trace,
  answer: 'Q',
  refusal: undefined,
  ...over,
});
const plain = { progressColour: false };

describe('the line of a request', () => {
  it('says where it ran and which rule decided', () => {
    expect(requestLine(answered({}), plain)).toBe(
      'labelled public: “Q” from ⬢ edge (edge/eu-1, edge-fp32) in 12 ms ●; the best that is allowed (rule min-quality)',
    );
  });

  it('tells a failover from a choice, with the place that failed', () => {
    const reason = 'device/a failed (engine-failed); edge/eu-1 answered instead';
    const failover = { ...trace, rule: 'fallback', reason };
    expect(requestLine(answered({ trace: failover }), plain)).toContain(
      `ms ●; ${reason} (rule fallback)`,
    );
  });

  it('has the same words in colour', () => {
    const coloured = requestLine(answered({}), { progressColour: true });
    expect(coloured).toContain('\u001b[');
    expect(stripVTControlCharacters(coloured)).toBe(requestLine(answered({}), plain));
  });

  it('draws what privacy refused as kept, with its own mark', () => {
    const kept: DecisionTrace = {
      ...trace,
      tier: null,
      candidate: null,
      error: 'privacy',
      rule: 'privacy-private',
      attempts: [{ candidate: 'device/a', outcome: 'failed', ms: 1, provenance: 'measured' }],
      rejected: [{ candidate: 'edge/eu-1', code: 'privacy', rule: 'privacy-private' }],
    };
    const line = requestLine(answered({ trace: kept, answer: undefined, refusal: 'x' }), plain);
    expect(line).toBe(
      'labelled public: ◈ kept private: device/a failed, and edge/eu-1 refused: label "private" may not go that far (rule privacy-private)',
    );
  });

  it('says why another request got no answer', () => {
    const lost = { ...trace, tier: null, error: 'no-route' };
    const line = requestLine(
      answered({ trace: lost, refusal: 'no-route: nobody is there' }),
      plain,
    );
    expect(line).toBe('labelled public: no answer: no-route: nobody is there');
  });
});
