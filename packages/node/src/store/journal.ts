import { createHash } from 'node:crypto';
import { copyFile, type FileHandle, open, readFile } from 'node:fs/promises';
import { fail } from '@selvedge/core/errors';
import { diskError, isMissing } from './disk-error.ts';
import { writeDurably } from './write-durably.ts';

/** A durable list of JSON records that survives being killed at any moment. */
export interface Journal<T> {
  /** What was read at opening and appended since. */
  readonly records: readonly T[];
  /** Bytes that were dropped at opening: a torn tail, or damage (a copy is kept beside it). */
  readonly droppedBytes: number;
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
 * nothing that was acknowledged is lost that way.
 *
 * @throws SelvedgeError `bad-document` for a file that is no journal or a newer one, `io-failed`
 */
export async function openJournal<T>(
  file: string,
  options: JournalOptions = {},
): Promise<Journal<T>> {
  const version = options.version ?? 1;
  const bytes = await readOrEmpty(file);
  const { header, records, goodBytes, torn } = readLines(file, bytes);
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
  if (goodBytes < bytes.length && !torn) await copyFile(file, `${file}.damaged`);
  let current: readonly unknown[] = records;
  for (let from = header ?? version; from < version; from++) {
    current = options.migrate?.(current, from) ?? current;
  }
  if (header !== version || goodBytes < bytes.length) {
    await writeDurably(file, encodeAll(version, current));
  }
  return journalOf<T>(file, version, current as T[], bytes.length - goodBytes);
}

async function journalOf<T>(
  file: string,
  version: number,
  records: T[],
  droppedBytes: number,
): Promise<Journal<T>> {
  let handle = await openForAppend(file);
  let length = (await handle.stat()).size;
  let queue: Promise<unknown> = Promise.resolve();
  const inOrder = <R>(step: () => Promise<R>): Promise<R> => {
    const done = queue.then(step);
    queue = done.catch(() => {});
    return done;
  };

  const append = async (record: T): Promise<void> => {
    const line = Buffer.from(encodeLine(record));
    try {
      await writeAll(handle, line);
      await handle.datasync();
    } catch (caught) {
      // Half a line must not stay in front of the next record.
      await handle.truncate(length);
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
    records.splice(0, records.length, ...next);
  };
  return {
    records,
    droppedBytes,
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

const encodeAll = (version: number, records: readonly unknown[]): string =>
  `{"journal":${version}}\n${records.map(encodeLine).join('')}`;

function encodeLine(record: unknown): string {
  const text = JSON.stringify(record);
  return `{"sum":"${checksum(text)}","record":${text}}\n`;
}

/** 64 bits of SHA-256: enough to tell a torn write, and not a defence against a forger. */
const checksum = (text: string): string =>
  createHash('sha256').update(text).digest('hex').slice(0, 16);

interface Lines {
  /** Undefined for a file that is empty, or torn in its first line. */
  readonly header: number | undefined;
  readonly records: unknown[];
  readonly goodBytes: number;
  /** Whether what follows the good bytes is only the end of an interrupted write. */
  readonly torn: boolean;
}

function readLines(file: string, bytes: Buffer): Lines {
  const records: unknown[] = [];
  let header: number | undefined;
  let at = 0;
  for (let end = bytes.indexOf(0x0a); end >= 0; end = bytes.indexOf(0x0a, at)) {
    const line = bytes.toString('utf8', at, end);
    if (header === undefined) {
      header = readHeader(file, line);
    } else {
      const record = readRecord(line);
      if (record === undefined) break;
      records.push(record.value);
    }
    at = end + 1;
  }
  if (
    header === undefined &&
    bytes.length > 0 &&
    !'{"journal":'.startsWith(bytes.toString('utf8', 0, 11))
  ) {
    readHeader(file, bytes.toString('utf8', 0, 40));
  }
  const rest = bytes.indexOf(0x0a, at);
  return { header, records, goodBytes: at, torn: rest < 0 || rest === bytes.length - 1 };
}

function readHeader(file: string, line: string): number {
  const match = /^\{"journal":(\d+)\}$/.exec(line);
  if (match) return Number(match[1]);
  return fail('bad-document', `${file}: not a journal of selvedge`, {
    hint: 'move it away, or restore it from a backup',
    details: { file },
  });
}

function readRecord(line: string): { value: unknown } | undefined {
  const match = /^\{"sum":"([0-9a-f]{16})","record":(.*)\}$/s.exec(line);
  if (!match || checksum(match[2]!) !== match[1]) return undefined;
  return { value: JSON.parse(match[2]!) };
}
