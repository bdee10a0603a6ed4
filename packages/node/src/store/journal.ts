import { copyFile, type FileHandle, open, readFile, rm, truncate } from 'node:fs/promises';
import { fail } from '@selvedge/core/errors';
import { diskError, isMissing } from './disk-error.ts';
import { encodeAll, encodeLine, readLines } from './journal-lines.ts';
import { writeDurably } from './write-durably.ts';

/** A durable list of JSON records that survives being killed at any moment. */
export interface Journal<T> {
  /** What was read at opening and appended since. */
  readonly records: readonly T[];
  /** Bytes that were dropped at opening: a torn tail, or damage. */
  readonly droppedBytes: number;
  /**
   * Whether records that had been written are lost: not the tail that a crash left, which nobody
   * was told of. A copy of the file as it was is kept beside it, where there is room.
   */
  readonly damaged: boolean;
  /**
   * Resolves when the record is on the disk. Calls are ordered.
   * @throws SelvedgeError `disk-full`, `io-failed`; the journal is as it was before the call.
   */
  append(record: T): Promise<void>;
  /** Compaction: puts these records, atomically, in place of all. */
  replace(records: readonly T[]): Promise<void>;
  close(): Promise<void>;
}

export interface JournalOptions {
  /** The version of the records that this program writes, from 1. */
  readonly version?: number;
  /** Takes all records from version `from` to `from + 1`. */
  readonly migrate?: (records: readonly unknown[], from: number) => unknown[];
}

/**
 * Opens (or makes) a journal. Its file is JSON lines: a header with the version, then records,
 * each with a checksum of its own text:
 *
 *     {"journal":1}
 *     {"sum":"b5bb9d8014a0f9b1","record":{…}}
 *
 * A line that a crash left torn is dropped. Since every append is synced before it resolves,
 * nothing that was acknowledged is lost that way. A damaged line costs itself and no other, so
 * that a record must say what it says without the one before it.
 *
 * @throws SelvedgeError `bad-document` for a file that is no journal or a newer one, `io-failed`
 */
export async function openJournal<T>(
  file: string,
  options: JournalOptions = {},
): Promise<Journal<T>> {
  const version = options.version ?? 1;
  const bytes = await readOrEmpty(file);
  const lines = readLines(file, bytes);
  const { header, damagedBytes, tornBytes } = lines;
  const damaged = damagedBytes > 0;
  if (header !== undefined && header > version) {
    fail(
      'bad-document',
      `${file} was written by a newer version (${header}, this one knows ${version})`,
      {
        hint: 'update selvedge',
        details: { file, version: header },
      },
    );
  }
  let current: readonly unknown[] = lines.records;
  // A damaged header says nothing: what this program writes is the likeliest.
  for (let from = header ?? version; from < version; from++) {
    current = options.migrate?.(current, from) ?? current;
  }
  if (damaged) await keepCopy(file);
  if (header === version || (header === undefined && damaged)) {
    // A full disk must not keep a device from opening: a tail is cut in place, and damaged lines
    // may stay, since they cost nothing more.
    if (tornBytes > 0) await cutTo(file, bytes.length - tornBytes);
    if (damaged) await writeDurably(file, encodeAll(version, current)).catch(() => {});
  } else {
    await writeDurably(file, encodeAll(version, current));
  }
  const dropped = { droppedBytes: damagedBytes + tornBytes, damaged };
  return journalOf<T>(file, version, current as T[], dropped);
}

async function keepCopy(file: string): Promise<void> {
  const copy = `${file}.damaged`;
  await copyFile(file, copy).catch(() => rm(copy, { force: true }).catch(() => {}));
}

async function cutTo(file: string, length: number): Promise<void> {
  try {
    await truncate(file, length);
  } catch (caught) {
    throw diskError(caught, `repair ${file}`);
  }
}

async function journalOf<T>(
  file: string,
  version: number,
  records: T[],
  dropped: Pick<Journal<T>, 'droppedBytes' | 'damaged'>,
): Promise<Journal<T>> {
  let handle = await openForAppend(file);
  let length = (await handle.stat()).size;
  let queue: Promise<unknown> = Promise.resolve();
  const inOrder = <R>(step: () => Promise<R>): Promise<R> => {
    const done = queue.then(step);
    queue = done.catch(() => {});
    return done;
  };

  // Half a line must not stay in front of the next record.
  let halfLine = false;
  const cut = async (): Promise<void> => {
    halfLine = true;
    await handle.truncate(length);
    halfLine = false;
  };

  const append = async (record: T): Promise<void> => {
    const line = Buffer.from(encodeLine(record));
    try {
      if (halfLine) await cut();
      await writeAll(handle, line);
      await handle.datasync();
    } catch (caught) {
      // Where that fails, too, the next append tries it again; the first error says what is wrong.
      await cut().catch(() => {});
      throw diskError(caught, `append to ${file}`);
    }
    length += line.length;
    records.push(record);
  };
  const replace = async (next: readonly T[]): Promise<void> => {
    await writeDurably(file, encodeAll(version, next));
    await handle.close();
    handle = await openForAppend(file);
    length = (await handle.stat()).size;
    halfLine = false;
    records.splice(0, records.length, ...next);
  };
  return {
    records,
    ...dropped,
    append: (record) => inOrder(() => append(record)),
    replace: (next) => inOrder(() => replace(next)),
    close: () => inOrder(() => handle.close()),
  };
}

async function openForAppend(file: string): Promise<FileHandle> {
  try {
    return await open(file, 'a');
  } catch (caught) {
    throw diskError(caught, `open ${file}`);
  }
}

async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length; ) {
    at += (await handle.write(bytes, at)).bytesWritten;
  }
}

async function readOrEmpty(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (caught) {
    if (isMissing(caught)) return Buffer.alloc(0);
    throw diskError(caught, `read ${file}`);
  }
}
