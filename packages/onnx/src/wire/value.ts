import type { Cursor } from './cursor.ts';
import type { Int64 } from './messages.ts';
import type { Field } from './schema.ts';
import type { Sink } from './sink.ts';

/** A scalar's value in the tree. */
export type Value = string | number | bigint | Uint8Array;

/** Reads one scalar; `cursor` stands after the tag, or inside a packed record. */
export function readValue(cursor: Cursor, field: Field): Value {
  switch (field.kind) {
    case 'string':
      return cursor.text(cursor.length());
    case 'float':
      return cursor.float();
    case 'int32':
      cursor.varint();
      return cursor.low | 0;
    case 'int64':
      cursor.varint();
      return cursor.int64();
    default: {
      const length = cursor.length();
      const start = cursor.skip(length);
      return cursor.view(start, start + length);
    }
  }
}

/** Writes one scalar without its tag. */
function writeValue(sink: Sink, field: Field, value: Value): void {
  if (field.kind === 'string') sink.text(value as string);
  else if (field.kind === 'float') sink.float(value as number);
  else if (field.wire === 0) sink.int64(value as Int64);
  else {
    sink.raw(value as Uint8Array);
    sink.uint((value as Uint8Array).length);
  }
}

/** A record of one value. (A sink goes from the end to the beginning: the tag comes last.) */
export function writeRecord(sink: Sink, field: Field, value: Value): void {
  writeValue(sink, field, value);
  sink.uint((field.number << 3) | field.wire);
}

/** A packed record of numbers. */
export function writePacked(sink: Sink, field: Field, values: readonly Value[]): void {
  const { written } = sink;
  for (let at = values.length; at-- > 0; ) writeValue(sink, field, values[at]!);
  sink.uint(sink.written - written);
  sink.uint((field.number << 3) | 2);
}

/** Whether two scalars are the same value: NaN equals itself, bytes are compared. */
export function sameValue(a: unknown, b: unknown): boolean {
  if (a instanceof Uint8Array && b instanceof Uint8Array) return sameBytes(a, b);
  return Object.is(a, b);
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false;
  return true;
}
