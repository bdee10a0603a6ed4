import { Cursor, depthLimit, varintWidth } from './cursor.ts';
import { fits, readLayout, readPacked } from './layout.ts';
import { placed, setLayout } from './message.ts';
import type { Messages } from './messages.ts';
import { type Field, type Schema, schemas } from './schema.ts';
import { concat } from './sink.ts';
import { readValue, type Value } from './value.ts';

/**
 * Decodes one message. Byte fields and `*_data` are views of `bytes`, not copies.
 *
 * @param source names the bytes in messages.
 * @throws SelvedgeError `bad-model` where the bytes are not a whole message.
 */
export function decode<N extends keyof Messages>(
  type: N,
  bytes: Uint8Array,
  source: string,
): Messages[N] {
  const cursor = new Cursor(bytes, source);
  return decodeRange(cursor, schemas[type], 0, bytes.length, 1) as unknown as Messages[N];
}

type Fields = Record<string, unknown>;
/** Singular messages and payloads may come in pieces: their ranges, until all are seen. */
type Pieces = Map<Field, Uint8Array[]>;

function decodeRange(
  cursor: Cursor,
  schema: Schema,
  start: number,
  end: number,
  depth: number,
): Fields {
  if (depth > depthLimit) cursor.damaged(`messages are nested deeper than ${depthLimit}`, start);
  const outer = cursor.end;
  const message = placed(schema, cursor.bytes, start, end);
  const pieces: Pieces = new Map();
  cursor.end = end;
  cursor.pos = start;
  let canonical = true;
  let last = 0;
  while (cursor.pos < end) {
    const tag = cursor.tag();
    const number = tag >>> 3;
    const field = schema.byNumber[number];
    canonical &&= number >= last && cursor.width === varintWidth(tag, 0);
    last = number;
    if (!fits(field, tag & 7)) {
      cursor.skipValue(tag);
      canonical = false;
    } else if (field.payload || (field.kind === 'message' && !field.many)) {
      canonical = addPiece(cursor, field, tag, pieces) && canonical;
    } else if (field.kind === 'message') {
      canonical = addMessage(cursor, field, message, depth) && canonical;
    } else if (!field.many) {
      if (message[field.name] !== undefined) canonical = false;
      const value = readValue(cursor, field);
      message[field.name] = value;
      canonical &&= isPlain(cursor, field, value);
    } else canonical = addValues(cursor, field, tag, message) && canonical;
  }
  for (const [field, parts] of pieces)
    message[field.name] = joinPieces(cursor, field, parts, depth);
  if (!canonical) {
    const layout = readLayout(cursor, schema, start, end);
    setLayout(message, layout);
    if (layout.unknownFields.length > 0) message.unknownFields = layout.unknownFields;
  }
  cursor.end = outer;
  cursor.pos = end;
  return message;
}

/** These return whether the record was in the canonical form; when in doubt, false. */
function addPiece(cursor: Cursor, field: Field, tag: number, pieces: Pieces): boolean {
  const known = pieces.get(field);
  const delimited = (tag & 7) === 2;
  const length = delimited ? cursor.length() : 0;
  const plain = delimited && !known && cursor.width === varintWidth(cursor.low, cursor.high);
  const start = cursor.pos;
  if (delimited) cursor.skip(length);
  else cursor.skipValue(tag);
  const part = cursor.bytes.subarray(start, cursor.pos);
  if (field.kind === 'floatData' && part.length % 4 !== 0)
    cursor.damaged('float_data is cut off', start);
  if (field.kind === 'doubleData' && part.length % 8 !== 0)
    cursor.damaged('double_data is cut off', start);
  if (known) known.push(part);
  else pieces.set(field, [part]);
  return plain;
}

/** Protobuf merges a singular message given twice, which equals decoding the joined bytes. */
function joinPieces(cursor: Cursor, field: Field, parts: Uint8Array[], depth: number): unknown {
  const [first] = parts;
  if (field.payload) return concat(parts);
  const schema = field.schema!;
  if (parts.length > 1) {
    const joined = new Cursor(concat(parts), cursor.source);
    return decodeRange(joined, schema, 0, joined.bytes.length, depth + 1);
  }
  const start = first!.byteOffset - cursor.bytes.byteOffset;
  return decodeRange(cursor, schema, start, start + first!.length, depth + 1);
}

function addMessage(cursor: Cursor, field: Field, message: Fields, depth: number): boolean {
  const length = cursor.length();
  const plain = cursor.width === varintWidth(cursor.low, cursor.high);
  const start = cursor.pos;
  append(message, field, decodeRange(cursor, field.schema!, start, start + length, depth + 1));
  return plain;
}

function addValues(cursor: Cursor, field: Field, tag: number, message: Fields): boolean {
  if ((tag & 7) === 2 && field.packable) {
    for (const value of readPacked(cursor, field)) append(message, field, value);
    return false;
  }
  const value = readValue(cursor, field);
  append(message, field, value);
  return isPlain(cursor, field, value);
}

function append(message: Fields, field: Field, value: unknown): void {
  const list = message[field.name] as unknown[];
  if (list.length === 0) message[field.name] = [value];
  else list.push(value);
}

/** Whether encoding the value gives the bytes it was just read from. */
function isPlain(cursor: Cursor, field: Field, value: Value): boolean {
  const { low, high, width } = cursor;
  if (field.kind === 'float') return !Number.isNaN(value);
  if (field.kind === 'string' && (value as string).includes('\ufffd')) return false;
  if (field.kind === 'int32' && high !== (low >= 0x80000000 ? 0xffffffff : 0)) return false;
  return width === varintWidth(low, high);
}
