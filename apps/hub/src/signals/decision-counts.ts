import type { Counts, DecisionCounts } from '@selvedge/core/api';
import { fail } from '@selvedge/core/errors';
import type { FamilyName, Timestamp } from '@selvedge/core/schema';
import { sql, type Transaction } from 'kysely';
import { type Clock, timestampOf } from '../clock.ts';
import type { HubDatabase } from '../data/database.ts';
import type { Tables } from '../data/tables.ts';

/** Sums of anonymous decision counts. Nothing of who sent them is stored. */
export interface DecisionSums {
  /**
   * Adds what a batch says of published families, once: a retry of the same batch changes nothing.
   * @returns whether it was added
   * @throws SelvedgeError `bad-input` for a window that is too old to know a retry by, or to come
   */
  add(counts: DecisionCounts): Promise<boolean>;
  /** A sum that reached 2^53 − 1 stays there: it means at least that many. */
  read(filter: { family?: FamilyName; since?: Timestamp; until?: Timestamp }): Promise<Counts>;
}

/** A batch is remembered this long after its window, and refused when it is older. */
const acceptedMs = 7 * 24 * 3600 * 1000;
/** Clocks of devices are not exact. */
const aheadMs = 24 * 3600 * 1000;

/** Hours are kept this long. */
const keptMs = 400 * 24 * 3600 * 1000;

export function openDecisionSums({
  database,
  clock,
  isPublished,
}: {
  database: HubDatabase;
  clock: Clock;
  isPublished: (family: FamilyName) => boolean;
}): DecisionSums {
  let swept = '';
  /** Forgets what is too old, once an hour: nothing looks for the hour alone. */
  const sweep = async (now: number): Promise<void> => {
    const before = hourOf(timestampOf(new Date(now - keptMs)));
    if (before === swept) return;
    await database.deleteFrom('decision_counts').where('hour', '<', before).execute();
    swept = before;
  };
  return {
    async add(counts) {
      const now = clock().getTime();
      checkWindow(counts.window, now);
      await sweep(now);
      const known = counts.counts.filter(({ family }) => isPublished(family));
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
        if (added) await addAll(transaction, { ...counts, counts: known });
        return added !== undefined;
      });
    },
    async read({ family, since, until }) {
      let query = database
        .selectFrom('decision_counts')
        .select(['family', 'tier', 'rule'])
        .select(sumOfCounts.as('count'))
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
          count: Math.min(Number(row.count), most),
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
          .doUpdateSet({ count: sql<number>`${kept} + ${added(count)}` }),
      )
      .execute();
  }
}

/** The largest integer that every reader of JSON has exactly (RFC 8259 §6). */
const most = Number.MAX_SAFE_INTEGER;

/** Not as integers: their sum could pass what the database's integers hold. */
const sumOfCounts = sql<number | string>`sum(count * 1.0)`;

const kept = sql.ref('decision_counts.count');
/** What may be added without passing {@link most}. */
const added = (count: number) =>
  sql`case when ${kept} > ${sql.lit(most)} - ${sql.lit(count)} then ${sql.lit(most)} - ${kept} else ${sql.lit(count)} end`;

const hourOf = (at: Timestamp): string => `${at.slice(0, 13)}:00:00Z`;
