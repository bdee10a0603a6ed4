import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Expectation, expectationOn, looksLike } from './looks-like.ts';
import { profileOf } from './profile-of.ts';

const npu: Expectation = { unit: 'npu (qnn)', ms: 2, lowMs: 1, highMs: 4 };
const cpu: Expectation = { unit: 'cpu', ms: 40, lowMs: 20, highMs: 80 };
const times = (ms: number, count = 8): number[] =>
  Array.from({ length: count }, (_, at) => ms * (1 + 0.02 * (at % 5)));

describe('looksLike', () => {
  it('says that times of a CPU are not those of an NPU, and whose they could be', () => {
    const { verdict, reason } = looksLike(times(40), npu, cpu);
    expect(verdict).toBe('unlike');
    expect(reason).toBe(
      'this does not look like npu (qnn): 41.2 ms where 1 to 4 ms are expected; cpu would take 20 to 80 ms',
    );
  });

  it('takes times as expected for what they claim to be, and tells faster ones apart', () => {
    expect(looksLike(times(2), npu, cpu).verdict).toBe('alike');
    expect(looksLike(times(0.1), npu, cpu)).toMatchObject({
      verdict: 'faster',
      reason: 'this is faster than npu (qnn) should be: 0.103 ms where 1 to 4 ms are expected',
    });
    expect(looksLike(times(40), { ...npu, lowMs: 200, highMs: 400 }, cpu).verdict).toBe('unlike');
  });

  it.each([
    ['no number', { ...npu, lowMs: Number.NaN }],
    ['no number at its end', { ...npu, highMs: Number.NaN }],
    ['the wrong way round', { ...npu, lowMs: 4, highMs: 1 }],
  ])('says nothing where what is expected is %s', (_, expected) => {
    expect(looksLike(times(2), expected).verdict).toBe('unclear');
    expect(looksLike(times(2), npu, expected).verdict).toBe('unclear');
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, -1])('refuses %d as a time', (bad) => {
    expect(() => looksLike([...times(2), bad], npu)).toThrow(`measuredMs holds ${bad}`);
  });

  it('does not tell a small model apart that a CPU runs as fast', () => {
    const small = { ...cpu, lowMs: 1.5, highMs: 6 };
    expect(looksLike(times(2), npu, small)).toMatchObject({ verdict: 'unclear' });
  });

  it('wants six runs, and is not misled by a slow one among them', () => {
    expect(looksLike(times(40, 5), npu)).toMatchObject({ verdict: 'unclear', medianMs: null });
    expect(looksLike([2, 2, 2, 2, 2, 900, 2], npu).verdict).toBe('alike');
  });

  it('stays undecided between, while the interval reaches into what is expected', () => {
    expect(looksLike([3, 3.5, 5, 5.5, 6, 7], npu).verdict).toBe('alike');
  });

  it('depends on the times alone, not on their order, and holds the median in its interval', () => {
    const some = fc.array(fc.double({ min: 0, max: 1e4, noNaN: true }), {
      minLength: 6,
      maxLength: 60,
    });
    fc.assert(
      fc.property(some, (ms) => {
        const found = looksLike(ms, npu, cpu);
        expect(looksLike([...ms].reverse(), npu, cpu)).toEqual(found);
        const [low, high] = found.confidenceMs!;
        expect(low).toBeLessThanOrEqual(found.medianMs!);
        expect(high).toBeGreaterThanOrEqual(found.medianMs!);
      }),
    );
  });

  it('accuses an honest processor in one case of ten at most', () => {
    // 90% of models fall into the interval: ±1.645σ of a log-normal spread of models, runs ±10%.
    const random = seeded(7);
    const sigma = Math.log(2) / 1.645;
    let accused = 0;
    for (let model = 0; model < 2000; model += 1) {
      const truth = 2 * Math.exp(sigma * normal(random));
      const runs = Array.from({ length: 11 }, () => truth * Math.exp(0.1 * normal(random)));
      if (looksLike(runs, npu).verdict === 'unlike') accused += 1;
    }
    expect(accused / 2000).toBeLessThan(0.1);
  });
});

describe('expectationOn', () => {
  const workload = {
    macs: 1e9,
    weightBytes: 8e6,
    activationBytes: 4e6,
    peakMemoryBytes: 2e7,
    nodes: 10,
  };
  const profile = profileOf('intel-lunar-lake');

  it('is an interval around the estimate, for a precision that the unit runs', () => {
    const unit = profile.units.find(({ kind }) => kind === 'npu')!;
    const { unit: name, ms, lowMs, highMs } = expectationOn(unit, workload, profile, 'fp16')!;
    expect(name).toBe('npu (openvino)');
    expect(lowMs).toBeLessThan(ms);
    expect(highMs).toBeGreaterThan(ms);
    expect(expectationOn(unit, workload, profile, 'fp128')).toBeUndefined();
  });
});

/** mulberry32. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const normal = (random: () => number): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
