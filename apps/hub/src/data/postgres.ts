import { fail, isSelvedgeError, SelvedgeError } from '@selvedge/core/errors';
import { PostgresDialect } from 'kysely';
import pg, { type Pool, type PoolClient } from 'pg';
import { type DatabaseOptions, type OpenDatabase, openWith } from './database.ts';

/**
 * Opens the hub's database on a PostgreSQL server, at a `postgres://` URL, and brings its tables
 * forward. The queries are the same as in SQLite. One hub at a time: a session lock in the
 * database, which the server drops with the connection, says who it is.
 *
 * @throws SelvedgeError `network`, `data-in-use`, `bad-input` when a newer program wrote it
 */
export async function openPostgres(
  url: string,
  options: DatabaseOptions = {},
): Promise<OpenDatabase> {
  const name = withoutPassword(url);
  const pool = new pg.Pool({
    connectionString: url,
    connectionTimeoutMillis: 10_000,
    types: { getTypeParser },
  });
  // A connection that breaks while idle is replaced by the next query; unheard, it ends the process.
  pool.on('error', () => {});
  try {
    const owner = await own(pool, name);
    const database = await openWith(new PostgresDialect({ pool }), name, options).catch(
      (caught) => {
        owner.release(true);
        throw caught;
      },
    );
    return {
      database,
      async close() {
        owner.release(true);
        await database.destroy();
      },
    };
  } catch (caught) {
    await pool.end().catch(() => {});
    throw unreachable(caught, name);
  }
}

/** "selvedge" as a number: the key of the advisory lock (postgresql.org/docs, "Advisory Locks"). */
const lockKey = 0x5e1edbe;

async function own(pool: Pool, name: string): Promise<PoolClient> {
  const client = await pool.connect();
  client.on('error', () => {});
  const { rows } = await client.query<{ mine: boolean }>(
    'select pg_try_advisory_lock($1) as mine',
    [lockKey],
  );
  if (rows[0]?.mine === true) return client;
  client.release();
  return fail('data-in-use', `the database ${name} is in use by another hub`, {
    hint: 'stop that hub, or give this one a database of its own',
    details: { database: name },
  });
}

const int8 = 20;

/** `bigint` as a number: sizes and counts here stay far below 2^53. */
const getTypeParser = (oid: number, format?: string): ((text: string) => unknown) =>
  oid === int8 && format !== 'binary' ? Number : pg.types.getTypeParser(oid, format);

function unreachable(caught: unknown, name: string): unknown {
  if (isSelvedgeError(caught)) return caught;
  const reason = (caught as { code?: string }).code ?? (caught as Error).message;
  return new SelvedgeError('network', `the database ${name} cannot be used: ${reason}`, {
    hint: 'check that it runs, that its address is right and that this user may make tables',
    details: { database: name, reason },
    cause: caught,
  });
}

function withoutPassword(url: string): string {
  if (!URL.canParse(url))
    return fail('usage', '--database is no URL', {
      hint: 'write it like postgres://user@host/name',
    });
  const parsed = new URL(url);
  parsed.password = '';
  return parsed.href;
}
