import { createHash, randomBytes } from 'node:crypto';
import type { Scope, TokenRequest, TokenSummary } from '@selvedge/core/api';
import { fail } from '@selvedge/core/errors';
import { type Clock, timestampOf } from '../clock.ts';
import type { HubDatabase } from '../data/database.ts';
import type { TokenRow } from '../data/tables.ts';

/** Who may do what. Texts of tokens are never stored: 256 random bits need no slow hash. */
export interface Tokens {
  /** The scopes of a token; undefined when there is none of that text. Asks no database. */
  scopesOf(text: string): readonly Scope[] | undefined;
  /** Gives rights to whoever holds the token of this text. */
  add(text: string, request: TokenRequest): Promise<TokenSummary>;
  list(): TokenSummary[];
  /** @throws SelvedgeError `not-found` */
  revoke(id: string): Promise<void>;
}

export async function openTokens(database: HubDatabase, clock: Clock): Promise<Tokens> {
  const rows = await database.selectFrom('tokens').selectAll().orderBy('created_at').execute();
  const byHash = new Map(rows.map((row) => [row.hash, { row, scopes: scopesIn(row) }]));
  return {
    scopesOf: (text) => byHash.get(hashOf(text))?.scopes,
    async add(text, { name, scopes }) {
      const row: TokenRow = {
        id: `t-${randomBytes(8).toString('hex')}`,
        name,
        hash: hashOf(text),
        scopes: JSON.stringify(scopes),
        created_at: timestampOf(clock()),
      };
      await database.insertInto('tokens').values(row).execute();
      byHash.set(row.hash, { row, scopes });
      return summaryOf(row);
    },
    list: () => [...byHash.values()].map(({ row }) => summaryOf(row)),
    async revoke(id) {
      const { numDeletedRows } = await database
        .deleteFrom('tokens')
        .where('id', '=', id)
        .executeTakeFirst();
      if (numDeletedRows === 0n) fail('not-found', `there is no token ${id}`, { details: { id } });
      for (const [hash, { row }] of byHash) if (row.id === id) byHash.delete(hash);
    },
  };
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');

const scopesIn = (row: TokenRow): Scope[] => JSON.parse(row.scopes) as Scope[];

const summaryOf = (row: TokenRow): TokenSummary => ({
  id: row.id,
  name: row.name,
  scopes: scopesIn(row),
  createdAt: row.created_at,
});
