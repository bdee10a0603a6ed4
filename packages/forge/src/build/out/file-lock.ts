import { rmSync, statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { fail } from '@selvedge/core/errors';

/** A file that one owner has. */
export interface FileLock {
  release(): void;
}

/**
 * Takes a file for this owner alone, or says at once that another has it. The lock is SQLite's
 * EXCLUSIVE one on an empty database: the kernel drops it with the process, however that dies, so that no
 * stale lock needs a human, and process ids, which repeat between containers, are not asked.
 *
 * @param options.passing the file goes with its lock
 * @returns undefined while another owner has it
 * @throws SelvedgeError `io-failed`
 */
export function takeFile(
  path: string,
  options: { readonly passing?: boolean } = {},
): FileLock | undefined {
  for (;;) {
    const stood = identityOf(path);
    const database = lockedDatabase(path);
    if (!database) return undefined;
    // The last owner may have removed the file between the two: then a lock on it keeps nobody away.
    if (stood !== undefined && identityOf(path) === stood) {
      return { release: () => release(database, options.passing ? path : undefined) };
    }
    database.close();
  }
}

function lockedDatabase(path: string): DatabaseSync | undefined {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { timeout: 0 });
    // No journal beside it: nothing is ever written, so that a full disk is no hindrance.
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    return database;
  } catch (caught) {
    database?.close();
    const { errcode = 0, message } = caught as Error & { errcode?: number };
    if ((errcode & 0xff) === sqliteBusy) return undefined;
    return fail('io-failed', `${path} cannot be locked: ${message}`, {
      hint: 'check that the disk can be written and that this user may',
      details: { file: path },
      cause: caught,
    });
  }
}

/** sqlite.org/rescode.html: another process holds a conflicting lock. */
const sqliteBusy = 5;

function identityOf(path: string): string | undefined {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false });
  return found && `${found.dev}:${found.ino}`;
}

/** Removed while it is still held, so that nobody else can have it by then. */
function release(database: DatabaseSync, path: string | undefined): void {
  if (!database.isOpen) return;
  if (path !== undefined && process.platform !== 'win32') rmSync(path, { force: true });
  database.close();
}
