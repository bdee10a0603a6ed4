import { Cursor, depthLimit, varintWidth } from './cursor.ts';
import { fits, readLayout, readPacked } from './layout.ts';
import type { Messages } from './messages.ts';
import { none, Read, readers } from './read.ts';
import { type DecodeAny, readNode } from './read-node.ts';
import { readTensor } from './read-tensor.ts';
import { type Field, type Schema, schemas } from './schema.ts';
import { concat } from './sink.ts';
import { readValue } from './value.ts';

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

/** A record of a payload or a singular message, which may come in pieces: read when all are seen. */
interface Piece {
  readonly field: Field;
  readonly start: number;
  readonly end: number;
}

function decodeRange(
  cursor: Cursor,
  schema: Schema,
  start: number,
  end: number,
  depth: number,
): Fields {
  if (depth > depthLimit) cursor.damaged(`messages are nested deeper than ${depthLimit}`, start);
  const outer = cursor.end;
  const message = new readers[schema.name](cursor.bytes, start, end) as unknown as Fields;
  let pieces: Piece[] | undefined;
  cursor.end = end;
  cursor.pos = start;
  let canonical = true;
  let last = 0;
  while (cursor.pos < end) {
    const tag = cursor.tag();
    const number = tag >>> 3;
    const field = schema.byNumber[number];
    if (number < last || cursor.width !== varintWidth(tag, 0)) canonical = false;
    last = number;
    if (!fits(field, tag & 7)) {
      cursor.skipValue(tag);
      canonical = false;
    } else if (field.payload || (field.kind === 'message' && !field.many)) {
      const piece = readPiece(cursor, field, tag);
      if (canonical && pieces?.some((other) => other.field === field)) canonical = false;
      if (!piece.plain) canonical = false;
      pieces ??= [];
      pieces.push(piece);
    } else if (field.kind === 'message') {
      if (!addMessages(cursor, field, tag, message, depth)) canonical = false;
    } else if (field.many) {
      if (!addValues(cursor, field, tag, message)) canonical = false;
    } else {
      if (message[field.name] !== undefined) canonical = false;
      message[field.name] = readValue(cursor, field);
      if (!isPlain(cursor, field, message[field.name])) canonical = false;
    }
  }
  if (pieces) joinPieces(cursor, message, pieces, depth);
  if (!canonical) {
    const layout = readLayout(cursor, schema, start, end);
    Read.setLayout(message as unknown as Read, layout);
    if (layout.unknownFields.length > 0) message.unknownFields = layout.unknownFields;
  }
  cursor.end = outer;
  cursor.pos = end;
  return message;
}

/** `plain` says whether the record was in the canonical form; when in doubt, it was not. */
function readPiece(cursor: Cursor, field: Field, tag: number): Piece & { plain: boolean } {
  const delimited = (tag & 7) === 2;
  const length = delimited ? cursor.length() : 0;
  const plain = delimited && cursor.width === varintWidth(cursor.low, cursor.high);
  const start = cursor.pos;
  if (delimited) cursor.skip(length);
  else cursor.skipValue(tag);
  const end = cursor.pos;
  if (field.kind === 'floatData' && (end - start) % 4 !== 0)
    cursor.damaged('float_data is cut off', start);
  if (field.kind === 'doubleData' && (end - start) % 8 !== 0)
    cursor.damaged('double_data is cut off', start);
  return { field, start, end, plain };
}

/**
 * Protobuf merges a singular message that is given twice, which equals decoding the joined bytes;
 * packed numbers that come in several records are one list. Each field is decoded once, after all
 * its pieces are seen: deciding earlier would take exponential time on hostile nesting.
 */
function joinPieces(
  cursor: Cursor,
  message: Fields,
  pieces: readonly Piece[],
  depth: number,
): void {
  for (const piece of pieces) {
    const { field, start, end } = piece;
    if (message[field.name] !== undefined) continue;
    const parts = pieces.length === 1 ? pieces : pieces.filter((other) => other.field === field);
    const isWhole = parts.length === 1;
    const bytes = isWhole
      ? cursor.view(start, end)
      : concat(parts.map((part) => cursor.view(part.start, part.end)));
    if (field.payload) message[field.name] = bytes;
    else if (isWhole)
      message[field.name] = decodeRange(cursor, field.schema!, start, end, depth + 1);
    else {
      const joined = new Cursor(bytes, cursor.source);
      message[field.name] = decodeRange(joined, field.schema!, 0, bytes.length, depth + 1);
    }
  }
}

/** Messages that big models have many of, in the form that exporters write. */
const plainReaders: Partial<Record<Schema['name'], PlainReader>> = {
  NodeProto: readNode,
  TensorProto: readTensor,
};

type PlainReader = (
  cursor: Cursor,
  end: number,
  depth: number,
  decodeAny: DecodeAny,
) => Read | undefined;

const decodeAny: DecodeAny = (cursor, schema, end, depth) =>
  decodeRange(cursor, schema, cursor.pos, end, depth);

/**
 * Reads a message, and those of the same field that follow it at once. Returns whether all records
 * were in the canonical form.
 */
function addMessages(
  cursor: Cursor,
  field: Field,
  tag: number,
  message: Fields,
  depth: number,
): boolean {
  const schema = field.schema!;
  const readPlain = plainReaders[schema.name];
  const { stack } = cursor;
  const base = cursor.top;
  let canonical = true;
  do {
    const length = cursor.length();
    if (cursor.width !== varintWidth(cursor.low, cursor.high)) canonical = false;
    const end = cursor.pos + length;
    const plain = readPlain?.(cursor, end, depth + 1, decodeAny);
    stack[cursor.top++] = plain ?? decodeRange(cursor, schema, cursor.pos, end, depth + 1);
  } while (cursor.repeats(tag));
  take(cursor, message, field, base);
  return canonical;
}

/** The same for scalars. */
function addValues(cursor: Cursor, field: Field, tag: number, message: Fields): boolean {
  if ((tag & 7) === 2 && field.packable) {
    const list = listOf(message, field);
    for (const value of readPacked(cursor, field)) list.push(value);
    return false;
  }
  const { stack } = cursor;
  const base = cursor.top;
  let canonical = true;
  do {
    const value = readValue(cursor, field);
    stack[cursor.top++] = value;
    if (!isPlain(cursor, field, value)) canonical = false;
  } while (cursor.repeats(tag));
  take(cursor, message, field, base);
  return canonical;
}

/** Gives a field what was put on the stack, after what it has. */
function take(cursor: Cursor, message: Fields, field: Field, base: number): void {
  const list = cursor.list(base);
  const known = message[field.name] as readonly unknown[];
  message[field.name] = known === none ? list : known.concat(list);
}

/** A message's own list for a repeated field. */
function listOf(message: Fields, field: Field): unknown[] {
  const list = message[field.name] as readonly unknown[];
  if (list !== none) return list as unknown[];
  const own: unknown[] = [];
  message[field.name] = own;
  return own;
}

/** Whether encoding the value gives the bytes it was just read from. */
function isPlain(cursor: Cursor, field: Field, value: unknown): boolean {
  const { low, high, width } = cursor;
  if (field.kind === 'float') return !Number.isNaN(value);
  if (field.kind === 'string' && cursor.lossy) return false;
  if (field.kind === 'int32' && high !== (low >= 0x80000000 ? 0xffffffff : 0)) return false;
  return width === varintWidth(low, high);
}
