import type { Database } from 'better-sqlite3';
import { type Driver, SqliteDialect } from 'kysely';

/**
 * Kysely's dialect, but for one thing: SQLite ends a transaction by itself when the disk is full
 * (sqlite.org/lang_transaction.html, "Response To Errors Within A Transaction"). Rolling it back
 * again would fail, and that failure would hide the first one.
 */
export class HubSqliteDialect extends SqliteDialect {
  readonly #database: Database;

  constructor(database: Database) {
    super({ database });
    this.#database = database;
  }

  override createDriver(): Driver {
    const driver = super.createDriver();
    const rollback = driver.rollbackTransaction.bind(driver);
    driver.rollbackTransaction = async (connection) => {
      if (this.#database.inTransaction) await rollback(connection);
    };
    return driver;
  }
}
