import { fail, isSelvedgeError, SelvedgeError } from '@selvedge/core/errors';
import BetterSqlite3 from 'better-sqlite3';
import { type Dialect, Kysely } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import { migrations as allMigrations } from './migrations/index.ts';
import { HubSqliteDialect } from './sqlite-dialect.ts';
import type { Tables } from './tables.ts';

export type HubDatabase = Kysely<Tables>;

/** A database that this hub owns until it closes it. */
export interface OpenDatabase {
  readonly database: HubDatabase;
  close(): Promise<void>;
}

export interface DatabaseOptions {
  /** Called once for each statement that is sent. */
  readonly onStatement?: () => void;
  /** Which steps to know; all by default. A test makes older databases with fewer. */
  readonly migrations?: Readonly<Record<string, Migration>>;
}

/**
 * Opens the hub's database in a SQLite file and brings its tables forward.
 *
 * WAL with synchronous=FULL: a commit that was answered survives a power cut
 * (sqlite.org/pragma.html#pragma_synchronous).
 *
 * @throws SelvedgeError `bad-input` when a newer program wrote it, `disk-full`, `io-failed`
 */
export async function openSqlite(
  file: string,
  options: DatabaseOptions = {},
): Promise<HubDatabase> {
  try {
    const sqlite = new BetterSqlite3(file);
    sqlite.pragma('journal_mode = WAL');
    sqlite.pragma('synchronous = FULL');
    sqlite.pragma('foreign_keys = ON');
    return await openWith(new HubSqliteDialect(sqlite), file, options);
  } catch (caught) {
    throw databaseError(caught);
  }
}

/** Opens any database that Kysely knows, and brings its tables forward. `name` is for messages. */
export async function openWith(
  dialect: Dialect,
  name: string,
  { onStatement, migrations = allMigrations }: DatabaseOptions,
): Promise<HubDatabase> {
  const database: HubDatabase = new Kysely<Tables>({ dialect, log: () => onStatement?.() });
  try {
    await migrate(database, name, migrations);
  } catch (caught) {
    await database.destroy();
    throw databaseError(caught);
  }
  return database;
}

async function migrate(
  database: HubDatabase,
  name: string,
  migrations: Readonly<Record<string, Migration>>,
): Promise<void> {
  const migrator = new Migrator({
    db: database,
    provider: { getMigrations: async () => ({ ...migrations }) },
  });
  const strange = (await appliedSteps(database)).filter((step) => !(step in migrations));
  if (strange.length > 0) {
    fail('bad-input', `${name} was written by a newer version (it knows ${strange.join(', ')})`, {
      hint: 'update selvedge, or restore a backup from before',
      details: { steps: strange },
    });
  }
  const { error } = await migrator.migrateToLatest();
  if (error) throw error;
}

async function appliedSteps(database: HubDatabase): Promise<string[]> {
  const tables = await database.introspection.getTables({ withInternalKyselyTables: true });
  if (!tables.some(({ name }) => name === 'kysely_migration')) return [];
  const journal = database as unknown as Kysely<{ kysely_migration: { name: string } }>;
  const rows = await journal.selectFrom('kysely_migration').select('name').execute();
  return rows.map(({ name }) => name);
}

/** What a failed statement becomes: `disk-full`, `io-failed`; others stay. */
export function databaseError(caught: unknown): unknown {
  if (isSelvedgeError(caught)) return caught;
  const code = String((caught as { code?: unknown } | null)?.code ?? '');
  // SQLITE_FULL; PostgreSQL's disk_full.
  if (code === 'SQLITE_FULL' || code === '53100') {
    return new SelvedgeError('disk-full', 'the database has no space left on its disk', {
      hint: 'free some space and try again; nothing half written was kept',
      cause: caught,
    });
  }
  if (/^SQLITE_(IOERR|CANTOPEN|READONLY|NOTADB|CORRUPT)/.test(code)) {
    return new SelvedgeError('io-failed', `the database failed: ${(caught as Error).message}`, {
      hint: 'check the disk and the permissions of the data directory',
      cause: caught,
    });
  }
  return caught;
}
