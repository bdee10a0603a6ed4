import { createHash } from 'node:crypto';
import { fail } from '@selvedge/core/errors';

/** What a journal's file was found to hold. */
export interface JournalLines {
  /** The version of the records; undefined where the header is torn, damaged or not there yet. */
  readonly header: number | undefined;
  /** The records whose checksum holds, in order. */
  readonly records: unknown[];
  /** Bytes of whole lines that are not what was written. */
  readonly damagedBytes: number;
  /** Bytes behind the last whole line: the end of an interrupted write. */
  readonly tornBytes: number;
}

/**
 * Reads a journal's file: a header, then a record a line. A damaged line costs itself and no other;
 * a damaged header is none as long as one record behind it shows that this is a journal.
 *
 * @throws SelvedgeError `bad-document` for a file that is something else
 */
export function readLines(file: string, bytes: Buffer): JournalLines {
  const records: unknown[] = [];
  let header: number | undefined;
  let damagedBytes = 0;
  let at = 0;
  for (let end = bytes.indexOf(0x0a); end >= 0; end = bytes.indexOf(0x0a, at)) {
    const line = bytes.toString('utf8', at, end);
    const record = readRecord(line);
    if (at === 0) header = readHeader(line);
    if (record) records.push(record.value);
    else if (at > 0 || header === undefined) damagedBytes += end + 1 - at;
    at = end + 1;
  }
  const torn = at === 0 && headerStart.startsWith(bytes.toString('utf8', 0, headerStart.length));
  if (header === undefined && records.length === 0 && !torn) {
    fail('bad-document', `${file}: not a journal of selvedge`, {
      hint: 'move it away, or restore it from a backup',
      details: { file },
    });
  }
  return { header, records, damagedBytes, tornBytes: bytes.length - at };
}

const headerStart = '{"journal":';

function readHeader(line: string): number | undefined {
  const match = /^\{"journal":(\d+)\}$/.exec(line);
  return match ? Number(match[1]) : undefined;
}

function readRecord(line: string): { value: unknown } | undefined {
  const match = /^\{"sum":"([0-9a-f]{16})","record":(.*)\}$/s.exec(line);
  if (!match || checksum(match[2]!) !== match[1]) return undefined;
  return { value: JSON.parse(match[2]!) };
}

/** A whole file. */
export const encodeAll = (version: number, records: readonly unknown[]): string =>
  `${headerStart}${version}}\n${records.map(encodeLine).join('')}`;

export function encodeLine(record: unknown): string {
  const text = JSON.stringify(record);
  return `{"sum":"${checksum(text)}","record":${text}}\n`;
}

/** 64 bits of SHA-256: enough to tell a torn write, and not a defence against a forger. */
const checksum = (text: string): string =>
  createHash('sha256').update(text).digest('hex').slice(0, 16);
