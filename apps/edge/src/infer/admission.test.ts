import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createAdmission } from './admission.ts';

const stay = { signal: new AbortController().signal };
const tick = () => new Promise(setImmediate);

describe('admission', () => {
  it('runs so many at a time, in the order they came, and refuses what would wait too long', async () => {
    const admission = createAdmission({ running: 1, waiting: 2 });
    const order: number[] = [];
    const gates = [0, 1, 2].map(() => Promise.withResolvers<void>());
    const runs = [0, 1, 2].map((n) =>
      admission.run(stay, async () => {
        order.push(n);
        await gates[n]!.promise;
      }),
    );
    await expect(admission.run(stay, async () => {})).rejects.toMatchObject({
      code: 'unavailable',
      details: { waiting: 2 },
    });
    for (const [n, gate] of gates.entries()) {
      await tick();
      expect(order).toEqual([0, 1, 2].slice(0, n + 1));
      gate.resolve();
    }
    await Promise.all(runs);
    expect([admission.running, admission.waiting]).toEqual([0, 0]);
  });

  it('gives the place back when the task fails', async () => {
    const admission = createAdmission({ running: 1, waiting: 0 });
    await expect(admission.run(stay, async () => Promise.reject(new Error('x')))).rejects.toThrow(
      'x',
    );
    expect(await admission.run(stay, async () => 'next')).toBe('next');
  });

  it('lets those leave the line who give up or whose deadline passes', async () => {
    const admission = createAdmission({ running: 1, waiting: 5 });
    const gate = Promise.withResolvers<void>();
    const first = admission.run(stay, () => gate.promise);
    const leaver = new AbortController();
    const gone = admission.run({ signal: leaver.signal }, async () => 'never');
    const late = admission.run({ ...stay, deadlineMs: 10 }, async () => 'never');
    leaver.abort();
    await expect(gone).rejects.toMatchObject({ code: 'cancelled' });
    await expect(late).rejects.toMatchObject({ code: 'timeout' });
    const last = admission.run({ ...stay, deadlineMs: 5000 }, async (leftMs) => leftMs);
    gate.resolve();
    await first;
    expect(await last).toBeLessThanOrEqual(5000);
    expect([admission.running, admission.waiting]).toEqual([0, 0]);
  });

  it('never runs more than it may, and ends with nobody inside, whatever happens', async () => {
    const request = fc.record({
      turns: fc.nat(4),
      fails: fc.boolean(),
      leavesAfter: fc.option(fc.nat(4), { nil: undefined }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 3 }),
        fc.nat(3),
        fc.array(request, { maxLength: 12 }),
        async (running, waiting, requests) => {
          const admission = createAdmission({ running, waiting });
          let inside = 0;
          await Promise.allSettled(
            requests.map(async ({ turns, fails, leavesAfter }) => {
              const leaver = new AbortController();
              const leaving = (async () => {
                if (leavesAfter === undefined) return;
                for (let i = 0; i < leavesAfter; i++) await tick();
                leaver.abort();
              })();
              const run = admission.run({ signal: leaver.signal }, async () => {
                expect(++inside).toBeLessThanOrEqual(running);
                for (let i = 0; i < turns; i++) await tick();
                inside--;
                if (fails) throw new Error('x');
              });
              await Promise.allSettled([run, leaving]);
            }),
          );
          expect([inside, admission.running, admission.waiting]).toEqual([0, 0, 0]);
        },
      ),
      { numRuns: 100 },
    );
  });
});
