import type { Layout, Run } from './layout.ts';
import type { Messages } from './messages.ts';
import { none, Read } from './read.ts';
import { type Field, type Schema, schemas } from './schema.ts';
import { concat, encoded, type Sink } from './sink.ts';
import { sameValue, type Value, writePacked, writeRecord } from './value.ts';

export interface EncodeOptions {
  /** Encode every message from the tree, also those whose original bytes are at hand. */
  readonly reencode?: boolean;
}

/**
 * Encodes a message into chunks. Messages that were read and not changed are passed on as the
 * bytes they came from; what was changed keeps its field order and its unknown fields. Chunks may
 * be views of what was read.
 */
export function encode<N extends keyof Messages>(
  type: N,
  message: Messages[N],
  options: EncodeOptions = {},
): Uint8Array[] {
  const encoder = new Encoder(options.reencode ?? false);
  return encoded((sink) => encoder.message(sink, schemas[type], message as unknown as Fields));
}

type Fields = Readonly<Record<string, unknown>>;

class Encoder {
  readonly #reencode: boolean;
  readonly #whole = new Map<Fields, Uint8Array>();

  constructor(reencode: boolean) {
    this.#reencode = reencode;
  }

  message(sink: Sink, schema: Schema, message: Fields): void {
    const original = this.#reencode ? undefined : Read.original(message);
    const layout = Read.layout(message);
    if (original) sink.raw(original);
    else if (layout) this.#alongLayout(sink, schema, message, layout);
    else {
      for (const field of schema.fields) {
        const value = message[field.name];
        if (value !== undefined && value !== none) this.#field(sink, field, value, 0);
      }
      for (const record of unknownOf(message)) sink.raw(record);
    }
  }

  /** All values of a field from index `from` on, in the canonical form. */
  #field(sink: Sink, field: Field, value: unknown, from: number): void {
    if (value === undefined) return;
    if (!field.many) {
      this.#record(sink, field, value);
      return;
    }
    const values = value as readonly unknown[];
    for (let index = from; index < values.length; index++) this.#record(sink, field, values[index]);
  }

  #record(sink: Sink, field: Field, value: unknown): void {
    if (field.kind === 'message') {
      sink.uint((field.number << 3) | 2);
      sink.begin();
      this.message(sink, field.schema!, value as Fields);
      sink.end();
    } else if (field.payload) {
      sink.uint((field.number << 3) | 2);
      sink.uint((value as Uint8Array).length);
      sink.raw(value as Uint8Array);
    } else writeRecord(sink, field, value as Value);
  }

  #alongLayout(sink: Sink, schema: Schema, message: Fields, layout: Layout): void {
    const taken = new Map<Field, number>();
    const unknown = unknownOf(message);
    let nextUnknown = 0;
    for (const run of layout.runs) {
      if (!run.field) {
        const record = unknown[nextUnknown++];
        if (record) sink.raw(record);
        continue;
      }
      const { field } = run;
      const from = taken.get(field) ?? 0;
      const value = message[field.name];
      if (value === undefined) continue;
      if (field.kind === 'message' && !field.many)
        this.#piece(sink, run, value as Fields, from, layout);
      else if (field.payload) payloadRun(sink, run, value as Uint8Array, from);
      else if (!field.many) this.#values(sink, run, [value], 0);
      else this.#values(sink, run, value as readonly unknown[], from);
      taken.set(field, from + run.count);
    }
    for (const field of schema.fields) {
      if (!taken.has(field)) this.#field(sink, field, message[field.name], 0);
    }
    for (; nextUnknown < unknown.length; nextUnknown++) sink.raw(unknown[nextUnknown]!);
  }

  /** The run's share of a field's values, and where it is the field's last, all that are left. */
  #values(sink: Sink, run: Run, all: readonly unknown[], from: number): void {
    const field = run.field!;
    const values = all.slice(from, from + run.count);
    if (run.exact && sameValues(run.exact.values, values)) sink.raw(run.exact.record);
    else if (run.packed) {
      if (values.length > 0 || run.count === 0) writePacked(sink, field, values as Value[]);
    } else if (run.head && values.length === 1) this.#headed(sink, run.head, field, values[0]);
    else for (const value of values) this.#record(sink, field, value);
    if (run.last && field.many) this.#field(sink, field, all, from + run.count);
  }

  /** A message under the head it was read with, if its length is still what that head says. */
  #headed(sink: Sink, head: Uint8Array, field: Field, value: unknown): void {
    const bytes = this.#bytes(field, value as Fields);
    if (headAnnounces(head, bytes.length)) {
      sink.raw(head);
      sink.raw(bytes);
    } else this.#record(sink, field, value);
  }

  /** One of the records that a singular message came in; all of it in the last if it changed length. */
  #piece(sink: Sink, run: Run, value: Fields, from: number, layout: Layout): void {
    const field = run.field!;
    if (run.last && from === 0 && !run.head) {
      this.#record(sink, field, value);
      return;
    }
    const bytes = this.#bytes(field, value);
    const total = layout.runs.reduce(
      (sum, other) => (other.field === field ? sum + other.count : sum),
      0,
    );
    if (bytes.length !== total) {
      if (run.last) this.#record(sink, field, value);
      return;
    }
    const part = bytes.subarray(from, from + run.count);
    if (run.head) sink.raw(run.head);
    else {
      sink.uint((field.number << 3) | 2);
      sink.uint(part.length);
    }
    sink.raw(part);
  }

  /** A message on its own; once for all records and passes that need it, or deep pieces would double. */
  #bytes(field: Field, value: Fields): Uint8Array {
    let bytes = this.#whole.get(value);
    if (!bytes) {
      bytes = concat(encoded((sink) => this.message(sink, field.schema!, value)));
      this.#whole.set(value, bytes);
    }
    return bytes;
  }
}

function payloadRun(sink: Sink, run: Run, value: Uint8Array, from: number): void {
  const field = run.field!;
  const part = value.subarray(from, run.last ? value.length : from + run.count);
  if (part.length === 0 && run.count > 0) return;
  if (!run.packed) {
    for (const element of elements(field, part)) {
      if (run.head) sink.raw(run.head);
      else sink.uint((field.number << 3) | field.wire);
      sink.raw(element);
    }
    return;
  }
  if (run.head && part.length === run.count) sink.raw(run.head);
  else {
    sink.uint((field.number << 3) | 2);
    sink.uint(part.length);
  }
  sink.raw(part);
}

/** Splits packed numbers into the bytes of each. */
function* elements(field: Field, packed: Uint8Array): Generator<Uint8Array> {
  const size = field.wire === 5 ? 4 : 8;
  let start = 0;
  for (let at = 0; at < packed.length; at++) {
    const whole = field.wire === 0 ? packed[at]! < 0x80 : at - start === size - 1;
    if (!whole) continue;
    yield packed.subarray(start, at + 1);
    start = at + 1;
  }
}

function headAnnounces(head: Uint8Array, length: number): boolean {
  let at = 0;
  while (head[at]! >= 0x80) at++;
  let announced = 0;
  for (let shift = 1; ++at < head.length; shift *= 128) announced += (head[at]! & 0x7f) * shift;
  return announced === length;
}

function sameValues(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((value, index) => sameValue(value, b[index]));
}

function unknownOf(message: Fields): readonly Uint8Array[] {
  return (message.unknownFields as readonly Uint8Array[] | undefined) ?? none;
}
