import { DecisionCounts, maxCount, maxCounts } from '@selvedge/core/api';
import { apiVersion, parseDocument } from '@selvedge/core/schema';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type HubDatabase, openSqlite } from '../data/database.ts';
import { openDecisionSums } from './decision-counts.ts';

let database: HubDatabase;
beforeAll(async () => {
  database = await openSqlite(':memory:');
});
afterAll(() => database.destroy());

let now = '2026-11-20T12:30:00Z';
const isPublished = (family: string) => family.startsWith('acme/');
const sums = () => openDecisionSums({ database, isPublished, clock: () => new Date(now) });

let batches = 0;
function batch(end: string, count = 1, family = 'acme/glyphs'): DecisionCounts {
  const start = new Date(Date.parse(end) - 60_000).toISOString().replace('.000Z', 'Z');
  return {
    apiVersion,
    kind: 'DecisionCounts',
    batch: String(batches++).padStart(32, '0'),
    window: { start, end },
    counts: [
      { family, tier: 'device', rule: 'objective', count },
      { family, tier: 'none', rule: 'privacy-private', count: 1 },
    ],
  };
}

describe('decision counts', () => {
  it('are summed, and a retried batch is added once', async () => {
    const first = batch('2026-11-20T12:00:00Z', 3);
    expect(await sums().add(first)).toBe(true);
    expect(await sums().add(first)).toBe(false);
    expect(await sums().add(batch('2026-11-20T12:20:00Z', 4))).toBe(true);
    expect((await sums().read({ family: 'acme/glyphs' })).counts).toEqual([
      { family: 'acme/glyphs', tier: 'device', rule: 'objective', count: 7 },
      { family: 'acme/glyphs', tier: 'none', rule: 'privacy-private', count: 2 },
    ]);
  });

  it('are shown for the hours asked for', async () => {
    const family = 'acme/hours';
    await sums().add(batch('2026-11-20T09:30:00Z', 1, family));
    await sums().add(batch('2026-11-20T11:30:00Z', 10, family));
    const device = async (filter: object) =>
      (await sums().read({ family, ...filter })).counts.find(({ tier }) => tier === 'device')
        ?.count;
    expect(await device({})).toBe(11);
    expect(await device({ since: '2026-11-20T11:00:00Z' })).toBe(10);
    expect(await device({ until: '2026-11-20T11:00:00Z' })).toBe(1);
    expect(await device({ since: '2026-11-20T12:00:00Z' })).toBeUndefined();
  });

  it('are refused for a week that is gone and a day to come', async () => {
    for (const end of ['2026-11-12T00:00:00Z', '2026-11-22T13:00:00Z']) {
      await expect(sums().add(batch(end))).rejects.toMatchObject({ code: 'bad-input' });
    }
  });

  it('forget a batch only when its retry would be refused', async () => {
    const old = batch('2026-11-20T12:00:00Z');
    await sums().add(old);
    now = '2026-11-28T12:00:00Z';
    await sums().add(batch('2026-11-28T12:00:00Z'));
    const kept = await database.selectFrom('count_batches').select('batch').execute();
    expect(kept.map((row) => row.batch)).not.toContain(old.batch);
    await expect(sums().add(old)).rejects.toMatchObject({ code: 'bad-input' });
  });

  it('are those of published families; nobody fills the tables with others', async () => {
    const foreign = batch('2026-11-28T12:00:00Z', 1, 'evil/made-up');
    expect(await sums().add(foreign)).toBe(true);
    expect((await sums().read({ family: 'evil/made-up' })).counts).toEqual([]);
  });

  it('go after 400 days', async () => {
    const family = 'acme/kept';
    const device = async () =>
      (await sums().read({ family })).counts.find(({ tier }) => tier === 'device')?.count;
    await sums().add(batch('2026-11-28T12:00:00Z', 1, family));
    now = '2028-01-01T12:00:00Z';
    await sums().add(batch('2028-01-01T12:00:00Z', 10, family));
    expect(await device()).toBe(11);
    now = '2028-01-03T12:00:00Z';
    await sums().add(batch('2028-01-03T12:00:00Z', 100, family));
    expect(await device()).toBe(110);
  });

  it('end at the largest exact number, in one hour and over many, and say so by it', async () => {
    const family = 'acme/huge';
    const rows = [0, 1, 2].map((hour) => ({
      family,
      tier: 'device',
      rule: 'objective',
      hour: `2028-01-03T0${hour}:00:00Z`,
      count: Number.MAX_SAFE_INTEGER - 5,
    }));
    await database.insertInto('decision_counts').values(rows).execute();
    const window = { start: rows[0]!.hour, end: rows[0]!.hour };
    await sums().add({ ...batch(now, 9, family), window });
    const read = async (filter: object) => (await sums().read({ family, ...filter })).counts[0];
    expect(await read({ until: rows[1]!.hour })).toMatchObject({ count: Number.MAX_SAFE_INTEGER });
    expect(await read({})).toMatchObject({ count: Number.MAX_SAFE_INTEGER });
  });
});

describe('a batch', () => {
  const one = batch('2026-11-20T12:00:00Z').counts[0]!;
  const withCounts = (counts: unknown[]) => ({ ...batch('2026-11-20T12:00:00Z'), counts });

  it.each([
    ['more counts than a window has', withCounts(new Array(maxCounts + 1).fill(one))],
    ['a count that no window reaches', withCounts([{ ...one, count: maxCount + 1 }])],
    ['no count at all', withCounts([{ ...one, count: 0 }])],
  ])('with %s is refused', (_, document) => {
    expect(() => parseDocument(DecisionCounts, document, 'counts')).toThrow(
      expect.objectContaining({ code: 'bad-document' }),
    );
  });
});
