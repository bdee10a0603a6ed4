import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { pollLoop } from './poll-loop.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('the poll loop', () => {
  it('begins at once and waits between 80% and 120% of the time', async () => {
    let turns = 0;
    const loop = pollLoop(10, async () => {
      turns += 1;
      return true;
    });
    expect(turns).toBe(1);
    await vi.advanceTimersByTimeAsync(7_900);
    expect(turns).toBe(1);
    await vi.advanceTimersByTimeAsync(4_200);
    expect(turns).toBe(2);
    await loop.stop();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(turns).toBe(2);
  });

  it('waits longer after each failure, up to ten times as long, and not after a success', async () => {
    const at: number[] = [];
    let good = false;
    const loop = pollLoop(10, async () => {
      at.push(Date.now());
      return good;
    });
    await vi.advanceTimersByTimeAsync(600_000);
    const waits = at.slice(1).map((time, index) => time - at[index]!);
    expect(waits[0]).toBeGreaterThan(15_900);
    expect(Math.max(...waits)).toBeLessThan(120_100);
    expect(at.length).toBeLessThan(12);
    good = true;
    await vi.advanceTimersByTimeAsync(200_000);
    expect(at.at(-1)! - at.at(-2)!).toBeLessThan(12_100);
    loop.stop();
  });

  it('never runs twice at a time, however long one takes', async () => {
    let running = 0;
    let most = 0;
    const loop = pollLoop(1, async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setTimeout(resolve, 30_000));
      running -= 1;
      return true;
    });
    await vi.advanceTimersByTimeAsync(100_000);
    expect(most).toBe(1);
    loop.stop();
  });

  it('ends the turn under way when it is stopped, and waits for it', async () => {
    let ended = false;
    const loop = pollLoop(10, async (signal) => {
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      ended = true;
      return true;
    });
    await loop.stop();
    expect(ended).toBe(true);
  });

  it('takes an exception for a failure, and never begins with 0 seconds', async () => {
    let turns = 0;
    const failing = pollLoop(10, async () => {
      turns += 1;
      throw new Error('away');
    });
    await vi.advanceTimersByTimeAsync(12_100);
    expect(turns).toBe(1);
    await vi.advanceTimersByTimeAsync(12_100);
    expect(turns).toBe(2);
    await failing.stop();
    pollLoop(0, async () => {
      turns += 1;
      return true;
    });
    expect(turns).toBe(2);
  });
});
