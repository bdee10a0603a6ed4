import type { Layout, Run } from './layout.ts';
import type { Messages } from './messages.ts';
import { none, Read } from './read.ts';
import { type Field, type Schema, schemas } from './schema.ts';
import { concat, encoded, type Sink } from './sink.ts';
import { sameValue, type Value, writePacked, writeRecord } from './value.ts';
import { type EncodeMany, writePlain } from './write-plain.ts';

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

/** Writes from the end to the beginning, as its sink does: last field first, value before tag. */
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
    else if (!writePlain(sink, schema, message, this.#encodeMany)) {
      const unknown = unknownOf(message);
      for (let at = unknown.length; at-- > 0; ) sink.raw(unknown[at]!);
      const { fields } = schema;
      for (let at = fields.length; at-- > 0; ) {
        const field = fields[at]!;
        const value = message[field.name];
        if (value !== undefined && value !== none) this.#field(sink, field, value, 0);
      }
    }
  }

  readonly #encodeMany: EncodeMany = (sink, schema, field, values) => {
    for (let last = values.length; last-- > 0; ) {
      const { written } = sink;
      this.message(sink, schema, values[last] as Fields);
      sink.uint(sink.written - written);
      sink.uint((field << 3) | 2);
    }
  };

  /** All values of a field from index `from` on, in the canonical form. */
  #field(sink: Sink, field: Field, value: unknown, from: number): void {
    if (value === undefined) return;
    if (field.many) this.#list(sink, field, value as readonly unknown[], from);
    else this.#record(sink, field, value);
  }

  /** Values from index `from` on; those that stood one after the other in a file as one piece of it. */
  #list(sink: Sink, field: Field, values: readonly unknown[], from: number): void {
    const tag = (field.number << 3) | 2;
    const inRuns = field.kind === 'message' && !this.#reencode;
    for (let last = values.length; last-- > from; ) {
      const run = inRuns ? Read.run(values as readonly object[], from, last, tag) : undefined;
      if (run) {
        sink.raw(run.bytes);
        last = run.first;
      } else this.#record(sink, field, values[last]);
    }
  }

  #record(sink: Sink, field: Field, value: unknown): void {
    if (field.kind === 'message') {
      const { written } = sink;
      this.message(sink, field.schema!, value as Fields);
      sink.uint(sink.written - written);
      sink.uint((field.number << 3) | 2);
    } else if (field.payload) {
      sink.raw(value as Uint8Array);
      sink.uint((value as Uint8Array).length);
      sink.uint((field.number << 3) | 2);
    } else writeRecord(sink, field, value as Value);
  }

  /** Which part of which field each run has is known only from the front: noted first, then written. */
  #alongLayout(sink: Sink, schema: Schema, message: Fields, layout: Layout): void {
    const writes: (() => void)[] = [];
    const taken = new Map<Field, number>();
    const unknown = unknownOf(message);
    let nextUnknown = 0;
    for (const run of layout.runs) {
      if (!run.field) {
        const record = unknown[nextUnknown++];
        if (record) writes.push(() => sink.raw(record));
        continue;
      }
      const { field } = run;
      const from = taken.get(field) ?? 0;
      const value = message[field.name];
      if (value === undefined) continue;
      writes.push(() => this.#run(sink, run, value, from, layout));
      taken.set(field, from + run.count);
    }
    for (const field of schema.fields) {
      if (!taken.has(field)) writes.push(() => this.#field(sink, field, message[field.name], 0));
    }
    for (const record of unknown.slice(nextUnknown)) writes.push(() => sink.raw(record));
    for (let at = writes.length; at-- > 0; ) writes[at]!();
  }

  #run(sink: Sink, run: Run, value: unknown, from: number, layout: Layout): void {
    const field = run.field!;
    if (field.kind === 'message' && !field.many)
      this.#piece(sink, run, value as Fields, from, layout);
    else if (field.payload) payloadRun(sink, run, value as Uint8Array, from);
    else if (!field.many) this.#values(sink, run, [value], 0);
    else this.#values(sink, run, value as readonly unknown[], from);
  }

  /** The run's share of a field's values, and where it is the field's last, all that are left. */
  #values(sink: Sink, run: Run, all: readonly unknown[], from: number): void {
    const field = run.field!;
    if (run.last && field.many) this.#list(sink, field, all, from + run.count);
    const values = all.slice(from, from + run.count);
    if (run.exact && sameValues(run.exact.values, values)) sink.raw(run.exact.record);
    else if (run.packed) {
      if (values.length > 0 || run.count === 0) writePacked(sink, field, values as Value[]);
    } else if (run.head && values.length === 1) this.#headed(sink, run.head, field, values[0]);
    else this.#list(sink, field, values, 0);
  }

  /** A message under the head it was read with, if its length is still what that head says. */
  #headed(sink: Sink, head: Uint8Array, field: Field, value: unknown): void {
    const bytes = this.#bytes(field, value as Fields);
    if (headAnnounces(head, bytes.length)) {
      sink.raw(bytes);
      sink.raw(head);
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
    sink.raw(part);
    writeHead(sink, run.head, (field.number << 3) | 2, part.length);
  }

  /** A message on its own; once for all records that need it, or deep pieces would double. */
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
  if (run.packed) {
    sink.raw(part);
    const head = part.length === run.count ? run.head : undefined;
    writeHead(sink, head, (field.number << 3) | 2, part.length);
    return;
  }
  for (const element of [...elements(field, part)].reverse()) {
    sink.raw(element);
    if (run.head) sink.raw(run.head);
    else sink.uint((field.number << 3) | field.wire);
  }
}

/** Tag and length as they were read, or, without that, in their shortest form. */
function writeHead(sink: Sink, head: Uint8Array | undefined, tag: number, length: number): void {
  if (head) sink.raw(head);
  else {
    sink.uint(length);
    sink.uint(tag);
  }
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
