import { type Cursor, depthLimit } from './cursor.ts';
import type { AttributeProto, Int64, StringStringEntryProto } from './messages.ts';
import { none, Read } from './read.ts';
import { type Schema, schemas } from './schema.ts';

/** The general decoder: a message of any form, from the cursor's place to `end`. */
export type DecodeAny = (cursor: Cursor, schema: Schema, end: number, depth: number) => unknown;

/**
 * Reads a node the way exporters write it: fields in the order of their numbers, once each, in
 * their shortest form. Graphs consist of such nodes, and with every property at its place in the
 * source this is faster than the general decoder, which reads any other form.
 *
 * @returns `undefined` for another form, the cursor being where it was.
 */
export function readNode(
  cursor: Cursor,
  end: number,
  depth: number,
  decodeAny: DecodeAny,
): Read | undefined {
  const { pos: start, end: outer, top } = cursor;
  cursor.end = end;
  const node = depth < depthLimit ? nodeOf(cursor, depth, decodeAny) : undefined;
  cursor.end = outer;
  if (node && cursor.pos === end) return node;
  cursor.pos = start;
  cursor.top = top;
  return undefined;
}

function nodeOf(cursor: Cursor, depth: number, decodeAny: DecodeAny): Read | undefined {
  const { bytes, pos, end } = cursor;
  const input = readTexts(cursor, 0x0a);
  const output = readTexts(cursor, 0x12);
  const name = readText(cursor, 0x1a);
  const opType = readText(cursor, 0x22);
  const attribute = readMessages(cursor, 0x2a, schemas.AttributeProto, depth + 1, decodeAny);
  const docString = readText(cursor, 0x32);
  const domain = readText(cursor, 0x3a);
  const metadataProps = readMessages(
    cursor,
    0x4a,
    schemas.StringStringEntryProto,
    depth + 1,
    decodeAny,
  );
  if (!input || !output || !attribute || !metadataProps) return undefined;
  if (name === null || opType === null || docString === null || domain === null) return undefined;
  const node = new PlainNode(bytes, pos, end, input, output);
  if (name !== undefined) node.name = name;
  if (opType !== undefined) node.opType = opType;
  if (attribute !== none) node.attribute = attribute as readonly AttributeProto[];
  if (docString !== undefined) node.docString = docString;
  if (domain !== undefined) node.domain = domain;
  if (metadataProps !== none)
    node.metadataProps = metadataProps as readonly StringStringEntryProto[];
  return node;
}

class PlainNode extends Read {
  readonly input: readonly string[];
  readonly output: readonly string[];
  attribute: readonly AttributeProto[] = none;
  metadataProps: readonly StringStringEntryProto[] = none;
  readonly deviceConfigurations = none;
  declare name?: string;
  declare opType?: string;
  declare docString?: string;
  declare domain?: string;

  constructor(
    file: Uint8Array,
    start: number,
    end: number,
    input: readonly string[],
    output: readonly string[],
  ) {
    super(file, start, end);
    this.input = input;
    this.output = output;
  }
}

/** An attribute that is a number, a text or a list of numbers; `undefined` for any other. */
function readAttribute(cursor: Cursor, end: number): Read | undefined {
  const { bytes, pos: start, end: outer, top } = cursor;
  cursor.end = end;
  const name = readText(cursor, 0x0a);
  const f = cursor.repeats(0x15) ? cursor.float() : undefined;
  const i = cursor.repeats(0x18) ? readInt(cursor) : undefined;
  const s = cursor.repeats(0x22) ? readBytes(cursor) : undefined;
  const ints = readInts(cursor, 0x40);
  const type = cursor.pos + 3 === end ? readType(bytes, cursor) : undefined;
  const isWhole = cursor.pos === end && ints !== undefined && !Number.isNaN(f);
  cursor.end = outer;
  if (!isWhole || name === null || i === null || s === null) {
    cursor.pos = start;
    cursor.top = top;
    return undefined;
  }
  const attribute = new PlainAttribute(bytes, start, end, ints);
  if (name !== undefined) attribute.name = name;
  if (type !== undefined) attribute.type = type;
  if (i !== undefined) attribute.i = i;
  if (f !== undefined) attribute.f = f;
  if (s !== undefined) attribute.s = s;
  return attribute;
}

class PlainAttribute extends Read {
  readonly floats = none;
  readonly ints: readonly Int64[];
  readonly strings = none;
  readonly tensors = none;
  readonly graphs = none;
  readonly sparseTensors = none;
  readonly typeProtos = none;
  declare name?: string;
  declare type?: number;
  declare i?: Int64;
  declare f?: number;
  declare s?: Uint8Array;

  constructor(file: Uint8Array, start: number, end: number, ints: readonly Int64[]) {
    super(file, start, end);
    this.ints = ints;
  }
}

/** `AttributeProto.type`, field 20, where its tag and a number of one byte are all that is left. */
function readType(bytes: Uint8Array, cursor: Cursor): number | undefined {
  const { pos } = cursor;
  if (bytes[pos] !== 0xa0 || bytes[pos + 1] !== 0x01 || bytes[pos + 2]! >= 0x80) return undefined;
  cursor.pos = pos + 3;
  return bytes[pos + 2];
}

/** `null` where the number is not in its shortest form. */
function readInt(cursor: Cursor): Int64 | null {
  cursor.varint();
  return cursor.shortest ? cursor.int64() : null;
}

function readBytes(cursor: Cursor): Uint8Array | null {
  const length = cursor.length();
  if (!cursor.shortest) return null;
  const start = cursor.skip(length);
  return cursor.view(start, start + length);
}

/** `undefined` where there is none, `null` where encoding it again may give other bytes. */
function readText(cursor: Cursor, tag: number): string | null | undefined {
  if (!cursor.repeats(tag)) return undefined;
  const length = cursor.length();
  if (!cursor.shortest) return null;
  const text = cursor.text(length);
  return cursor.lossy ? null : text;
}

/** `undefined` where one is in another form, here and below. */
function readTexts(cursor: Cursor, tag: number): readonly string[] | undefined {
  const base = cursor.top;
  for (let text = readText(cursor, tag); text !== undefined; text = readText(cursor, tag)) {
    if (text === null) return undefined;
    cursor.stack[cursor.top++] = text;
  }
  return cursor.top === base ? none : cursor.list(base);
}

function readInts(cursor: Cursor, tag: number): readonly Int64[] | undefined {
  const base = cursor.top;
  while (cursor.repeats(tag)) {
    const value = readInt(cursor);
    if (value === null) return undefined;
    cursor.stack[cursor.top++] = value;
  }
  return cursor.top === base ? none : cursor.list(base);
}

function readMessages(
  cursor: Cursor,
  tag: number,
  schema: Schema,
  depth: number,
  decodeAny: DecodeAny,
): readonly unknown[] | undefined {
  const base = cursor.top;
  while (cursor.repeats(tag)) {
    const end = cursor.length() + cursor.pos;
    if (!cursor.shortest) return undefined;
    const plain = tag === 0x2a ? readAttribute(cursor, end) : undefined;
    cursor.stack[cursor.top++] = plain ?? decodeAny(cursor, schema, end, depth);
  }
  return cursor.top === base ? none : cursor.list(base);
}
