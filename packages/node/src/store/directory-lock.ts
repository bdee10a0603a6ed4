import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { SelvedgeError } from '@selvedge/core/errors';
import Database from 'better-sqlite3';
import { diskError } from './disk-error.ts';

/** Ownership of a directory by one process. */
export interface DirectoryLock {
  release(): void;
}

/**
 * Takes a directory for this process, or refuses at once.
 *
 * The lock is SQLite's own EXCLUSIVE file lock on a small database `lock`: the kernel drops it
 * with the process, however that dies, so that no stale lock needs a human; and unlike bare
 * fcntl locks, SQLite also keeps two openers in one process apart (its unixInodeInfo). Only the
 * first owner writes to the file, so that a full disk stops no later one.
 *
 * @throws SelvedgeError `data-in-use`, `io-failed`
 */
export async function lockDirectory(dir: string): Promise<DirectoryLock> {
  const path = await realpath(dir);
  let database: Database.Database | undefined;
  try {
    database = new Database(join(path, 'lock'), { timeout: 0 });
    // On a database without a first page, BEGIN EXCLUSIVE would write one, each time.
    if (database.pragma('user_version', { simple: true }) !== 1)
      database.pragma('user_version = 1');
    database.exec('BEGIN EXCLUSIVE');
  } catch (caught) {
    database?.close();
    throw lockError(caught, dir);
  }
  const held = database;
  return { release: () => held.close() };
}

function lockError(caught: unknown, dir: string): SelvedgeError {
  const code = (caught as { code?: string }).code ?? '';
  if (code.startsWith('SQLITE_BUSY')) {
    return new SelvedgeError('data-in-use', `${dir} is in use by another process`, {
      hint: 'stop that process, or give this one a directory of its own',
      details: { dir },
    });
  }
  if (code.startsWith('SQLITE_')) {
    return new SelvedgeError('io-failed', `could not lock ${dir}: ${(caught as Error).message}`, {
      hint: 'check that this user may write there',
      details: { dir },
      cause: caught,
    });
  }
  return diskError(caught, `lock ${dir}`);
}
