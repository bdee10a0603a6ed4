import { describe, expect, it } from 'vitest';
import { type Decision, type Rejection, verdictOf } from './index.ts';

const step = (candidate: string, tier: 'device' | 'edge' | 'cloud') => ({
  candidate,
  tier,
  predictedMs: 1,
  provenance: 'measured' as const,
  cost: 0,
  score: 1,
});
const decision: Decision = {
  plan: [step('device/a', 'device'), step('edge/eu-1', 'edge')],
  rejected: [],
  policy: 'acme/glyphs@sha256:0',
  rule: 'objective',
};
const failed = { candidate: 'device/a', outcome: 'failed', ms: 3, code: 'engine-failed' } as const;
const late = { candidate: 'device/a', outcome: 'timed-out', ms: 512.4, code: 'timeout' } as const;
const answered = (candidate: string) => ({ candidate, outcome: 'answered', ms: 3 }) as const;
const kept: Rejection = { candidate: 'edge/eu-1', code: 'privacy', rule: 'privacy-private' };
const alone: Decision = { ...decision, plan: decision.plan.slice(0, 1), rejected: [kept] };

describe('what decided where a request ran', () => {
  it('is what the decision said when the first place of the plan answered', () => {
    const ending = { attempts: [answered('device/a')], rejected: [] };
    expect(verdictOf(decision, ending)).toEqual({
      rule: 'objective',
      reason: 'device/a: the best of all places',
    });
    expect(verdictOf({ ...decision, rule: 'min-quality' }, ending)).toEqual({
      rule: 'min-quality',
      reason: 'device/a: the best that min-quality allows',
    });
  });

  it('is the failure of the better place when a later one answered', () => {
    const after = (attempt: typeof failed | typeof late) =>
      verdictOf(decision, { attempts: [attempt, answered('edge/eu-1')], rejected: [] });
    expect(after(failed)).toEqual({
      rule: 'fallback',
      reason:
        'device/a failed: the engine refused, crashed or hung (engine-failed); edge/eu-1 answered instead',
    });
    expect(after(late)).toEqual({
      rule: 'fallback',
      reason: 'device/a did not answer within 512 ms (timeout); edge/eu-1 answered instead',
    });
  });

  it('is the constraint that took the better place away before its attempt', () => {
    const gone: Rejection = { candidate: 'device/a', code: 'breaker', rule: 'breaker' };
    expect(verdictOf(decision, { attempts: [answered('edge/eu-1')], rejected: [gone] })).toEqual({
      rule: 'breaker',
      reason:
        'device/a ruled out: it failed too often and rests (rule breaker); edge/eu-1 answered instead',
    });
  });
});

describe('what decided that a request got no answer', () => {
  it('is the privacy rule that refused the fallback, after the place that failed', () => {
    const ending = { attempts: [failed], rejected: [kept], error: 'privacy' } as const;
    expect(verdictOf(alone, ending)).toEqual({
      rule: 'privacy-private',
      reason:
        'device/a failed: the engine refused, crashed or hung (engine-failed); edge/eu-1 refused: label "private" may not go that far (rule privacy-private)',
    });
  });

  it('is the failures, when every place of the plan failed', () => {
    const edge = { candidate: 'edge/eu-1', outcome: 'failed', ms: 1, code: 'network' } as const;
    const ending = { attempts: [failed, edge], rejected: [], error: 'no-route' } as const;
    expect(verdictOf(decision, ending)).toEqual({
      rule: 'no-answer',
      reason:
        'device/a failed: the engine refused, crashed or hung (engine-failed); edge/eu-1 failed: a peer could not be reached (network); no place is left',
    });
  });

  it('is the constraint that took the best place away, when none was tried', () => {
    const rejected: Rejection[] = [
      { candidate: 'device/a', code: 'unavailable', rule: 'available' },
      { candidate: 'edge/eu-1', code: 'deadline', rule: 'deadline' },
    ];
    expect(verdictOf(decision, { attempts: [], rejected, error: 'timeout' })).toEqual({
      rule: 'available',
      reason:
        'device/a ruled out: it cannot answer now (rule available); edge/eu-1 ruled out: it would not answer in time (rule deadline); no place is left',
    });
  });

  it('is what the decision said when there was no plan', () => {
    const none: Decision = { ...decision, plan: [], rule: 'no-candidates' };
    expect(verdictOf(none, { attempts: [], rejected: [], error: 'no-route' })).toEqual({
      rule: 'no-candidates',
      reason: 'no place is left (rule no-candidates)',
    });
  });

  it('is the request itself, when its caller gave it up or it was wrong', () => {
    const cancelled = { ...failed, outcome: 'cancelled', code: 'cancelled' } as const;
    expect(
      verdictOf(decision, { attempts: [cancelled], rejected: [], error: 'cancelled' }),
    ).toEqual({ rule: 'cancelled', reason: 'the caller gave up the request' });
    const wrong = { ...failed, code: 'bad-input' } as const;
    expect(verdictOf(alone, { attempts: [wrong], rejected: [kept], error: 'bad-input' })).toEqual({
      rule: 'bad-input',
      reason: 'the request is wrong: an input has the wrong form (bad-input), said device/a',
    });
  });
});
