import type { Counts } from '@selvedge/core/api';
import { fail } from '@selvedge/core/errors';
import type { DecisionCounts } from '@selvedge/core/release';
import type { FamilyName, Timestamp } from '@selvedge/core/schema';
import type { Transaction } from 'kysely';
import { type Clock, timestampOf } from '../clock.ts';
import type { HubDatabase } from '../data/database.ts';
import type { Tables } from '../data/tables.ts';

/** Sums of anonymous decision counts. Nothing of who sent them is stored. */
export interface DecisionSums {
  /**
   * Adds a batch, once: a retry of the same batch changes nothing.
   * @returns whether it was added
   * @throws SelvedgeError `bad-input` for a window that is too old to know a retry by, or to come
   */
  add(counts: DecisionCounts): Promise<boolean>;
  read(filter: { family?: FamilyName; since?: Timestamp; until?: Timestamp }): Promise<Counts>;
}

/** A batch is remembered this long after its window, and refused when it is older. */
const acceptedMs = 7 * 24 * 3600 * 1000;
/** Clocks of devices are not exact. */
const aheadMs = 24 * 3600 * 1000;

export function openDecisionSums(database: HubDatabase, clock: Clock): DecisionSums {
  return {
    async add(counts) {
      const now = clock().getTime();
      checkWindow(counts.window, now);
      return database.transaction().execute(async (transaction) => {
        await transaction
          .deleteFrom('count_batches')
          .where('window_end', '<', timestampOf(new Date(now - acceptedMs)))
          .execute();
        const added = await transaction
          .insertInto('count_batches')
          .values({ batch: counts.batch, window_end: counts.window.end })
          .onConflict((conflict) => conflict.doNothing())
          .returning('batch')
          .executeTakeFirst();
        if (added) await addAll(transaction, counts);
        return added !== undefined;
      });
    },
    async read({ family, since, until }) {
      let query = database
        .selectFrom('decision_counts')
        .select(['family', 'tier', 'rule'])
        .select((select) => select.fn.sum<number>('count').as('count'))
        .groupBy(['family', 'tier', 'rule']);
      if (family !== undefined) query = query.where('family', '=', family);
      if (since !== undefined) query = query.where('hour', '>=', hourOf(since));
      if (until !== undefined) query = query.where('hour', '<', until);
      const rows = await query.orderBy('family').orderBy('tier').orderBy('rule').execute();
      return {
        since: since ?? null,
        until: until ?? null,
        counts: rows.map((row) => ({
          ...row,
          tier: row.tier as Counts['counts'][number]['tier'],
          count: Number(row.count),
        })),
      };
    },
  };
}

function checkWindow({ start, end }: DecisionCounts['window'], now: number): void {
  const [from, to] = [Date.parse(start), Date.parse(end)];
  if (!(from <= to)) fail('bad-input', `window: ${start} is not before ${end}`);
  if (to < now - acceptedMs) {
    fail('bad-input', `the window ended at ${end}: more than a week ago`, {
      hint: 'drop it; counts that old are not accepted',
    });
  }
  if (to > now + aheadMs) {
    fail('bad-input', `the window ends at ${end}: that is to come`, { hint: 'set the clock' });
  }
}

async function addAll(
  transaction: Transaction<Tables>,
  { window, counts }: DecisionCounts,
): Promise<void> {
  const hour = hourOf(window.start);
  for (const { family, tier, rule, count } of counts) {
    await transaction
      .insertInto('decision_counts')
      .values({ family, tier, rule, hour, count })
      .onConflict((conflict) =>
        conflict
          .columns(['family', 'hour', 'tier', 'rule'])
          .doUpdateSet((update) => ({ count: update('decision_counts.count', '+', count) })),
      )
      .execute();
  }
}

const hourOf = (at: Timestamp): string => `${at.slice(0, 13)}:00:00Z`;
