/**
 * The wire form of a message that is not in the canonical one.
 *
 * Canonical is what protobuf's own writers make: fields ascending by number, shortest varints,
 * number lists unpacked as in proto2, except `*_data`, which are one packed record. A layout is a
 * list of runs of records in the order they stood. Encoding a tree along it gives the original
 * bytes back; an edited tree keeps what still applies.
 */
import type { Cursor } from './cursor.ts';
import type { UnknownField } from './messages.ts';
import type { Field, Schema } from './schema.ts';
import { concat, encoded } from './sink.ts';
import { readValue, sameBytes, type Value, writePacked, writeRecord } from './value.ts';

export interface Run {
  /** Absent: a record kept as it stood, the next of `unknownFields`. */
  readonly field?: Field;
  /** A packed record of numbers. */
  readonly packed: boolean;
  /** Values in this run; of payloads and singular messages: bytes. */
  readonly count: number;
  /** Whether the field's remaining values, if it has more than at reading, follow here. */
  readonly last: boolean;
  /** The tag, and the length where there is one, if not written the shortest way. */
  readonly head?: Uint8Array;
  /** A record that encoding its values anew would not give back, with those values. */
  readonly exact?: { readonly record: Uint8Array; readonly values: readonly Value[] };
}

export interface Layout {
  readonly runs: readonly Run[];
  readonly unknownFields: readonly UnknownField[];
}

/** Reads the form of a message whose range was decoded before. */
export function readLayout(cursor: Cursor, schema: Schema, start: number, end: number): Layout {
  const records = readRecords(cursor, schema, start, end);
  const last = new Map<Field, Draft>();
  for (const record of records) if (record.field) last.set(record.field, record);
  const runs: Run[] = [];
  const unknownFields: UnknownField[] = [];
  for (const { start, end, ...run } of records) {
    const { field } = run;
    const isLast = field !== undefined && last.get(field)?.start === start;
    // A singular scalar given twice counts as given last (protobuf encoding, "Last One Wins").
    if (!field || (!isLast && !field.many && !field.payload && field.kind !== 'message')) {
      unknownFields.push(cursor.view(start, end));
      runs.push({ packed: false, count: 1, last: false });
    } else runs.push({ ...run, last: isLast });
  }
  return { runs, unknownFields };
}

/** Whether a record of this wire type holds a value of the field; with another one it is unknown. */
export function fits(field: Field | undefined, wire: number): field is Field {
  return field !== undefined && (wire === field.wire || (wire === 2 && field.packable));
}

type Draft = Omit<Run, 'last' | 'count'> & { count: number; start: number; end: number };

function readRecords(cursor: Cursor, schema: Schema, start: number, end: number): Draft[] {
  const records: Draft[] = [];
  cursor.end = end;
  cursor.pos = start;
  while (cursor.pos < end) {
    const record = readRecord(cursor, schema);
    const before = records[records.length - 1];
    if (before && joins(before, record)) {
      before.count += record.count;
      before.end = record.end;
    } else records.push(record);
  }
  return records;
}

/** Whether two neighbours make one run: values of a repeated field, each in its plain record. */
function joins(a: Draft, b: Draft): boolean {
  if (!a.field || a.field !== b.field || a.packed || b.packed) return false;
  if (a.head || b.head || a.exact || b.exact) return false;
  return a.field.many || a.field.payload;
}

function readRecord(cursor: Cursor, schema: Schema): Draft {
  const start = cursor.pos;
  const tag = cursor.tag();
  const field = schema.byNumber[tag >>> 3];
  if (!fits(field, tag & 7)) {
    cursor.skipValue(tag);
    return { packed: false, count: 1, start, end: cursor.pos };
  }
  const packed = (tag & 7) === 2 && field.packable;
  if (field.payload || field.kind === 'message') return readBody(cursor, field, packed, start, tag);
  const values = packed ? readPacked(cursor, field) : [readValue(cursor, field)];
  const record = cursor.view(start, cursor.pos);
  const again = encoded((sink) =>
    packed ? writePacked(sink, field, values) : writeRecord(sink, field, values[0]!),
  );
  const draft: Draft = { field, packed, count: values.length, start, end: cursor.pos };
  return sameBytes(concat(again), record) ? draft : { ...draft, exact: { record, values } };
}

/** A payload or a message: its bytes are taken as they are, only the head before them has a form. */
function readBody(
  cursor: Cursor,
  field: Field,
  packed: boolean,
  start: number,
  tag: number,
): Draft {
  const delimited = (tag & 7) === 2;
  const length = delimited ? cursor.length() : 0;
  const from = cursor.pos;
  if (delimited) cursor.skip(length);
  else cursor.skipValue(tag);
  const head = cursor.view(start, from);
  const again = encoded((sink) => {
    if (delimited) sink.uint(length);
    sink.uint(tag);
  });
  const count = field.many ? 1 : cursor.pos - from;
  const draft: Draft = { field, packed, count, start, end: cursor.pos };
  return sameBytes(concat(again), head) ? draft : { ...draft, head };
}

/** The numbers of a packed record. */
export function readPacked(cursor: Cursor, field: Field): Value[] {
  const outer = cursor.end;
  const length = cursor.length();
  cursor.end = cursor.pos + length;
  const values: Value[] = [];
  while (cursor.pos < cursor.end) values.push(readValue(cursor, field));
  cursor.end = outer;
  return values;
}
