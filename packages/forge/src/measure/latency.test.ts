import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { medianInterval, percentile } from './latency.ts';

const sortedMedian = (times: readonly number[]): number =>
  percentile(
    times.toSorted((a, b) => a - b),
    0.5,
  );

describe('the interval of a median', () => {
  it('holds the median of the runs', () => {
    const times = fc.array(fc.double({ min: 0.01, max: 1000, noNaN: true }), {
      minLength: 5,
      maxLength: 200,
    });
    fc.assert(
      fc.property(times, (found) => {
        const { lowMs, highMs } = medianInterval(found);
        expect(lowMs).toBeLessThanOrEqual(sortedMedian(found));
        expect(highMs).toBeGreaterThanOrEqual(sortedMedian(found));
      }),
    );
  });

  it('reaches as far as the pace of the machine wandered', () => {
    const steady = Array.from({ length: 200 }, (_, at) => 1 + (at % 10) / 100);
    const slowed = steady.map((ms, at) => (at < 160 ? ms : 2 * ms));
    expect(medianInterval(steady).highMs).toBeLessThan(1.1);
    expect(medianInterval(slowed).highMs).toBeGreaterThan(2);
  });

  it('is all that was seen of five runs', () => {
    expect(medianInterval([3, 1, 5, 2, 4])).toEqual({ lowMs: 1, highMs: 5 });
  });
});
