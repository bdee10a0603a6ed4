import { join } from 'node:path';
import { type DatabaseOptions, type OpenDatabase, openSqlite } from './database.ts';

/** Opens the tables where they are: on the server at `url`, or in a file of the data directory. */
export async function openDatabase(
  dataDir: string,
  url: string | undefined,
  options: DatabaseOptions,
): Promise<OpenDatabase> {
  if (url !== undefined) {
    // Loaded when it is asked for: most hubs need no driver for a server.
    const { openPostgres } = await import('./postgres.ts');
    return openPostgres(url, options);
  }
  const database = await openSqlite(join(dataDir, 'hub.sqlite'), options);
  return { database, close: () => database.destroy() };
}
