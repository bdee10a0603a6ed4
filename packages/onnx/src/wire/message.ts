import type { Layout } from './layout.ts';
import type { Message, Messages } from './messages.ts';
import { type Schema, schemas } from './schema.ts';

const none: readonly never[] = Object.freeze([]);

/**
 * A message that was read, or changed from one that was. Its fields are ordinary properties; what
 * writing needs besides (the bytes it came from, the wire form) is private, so that a spread copy
 * is a plain new message.
 */
class Read {
  #file: Uint8Array | undefined;
  #start = 0;
  #end = 0;
  #layout: Layout | undefined;

  static place(message: Read, file: Uint8Array, start: number, end: number): void {
    message.#file = file;
    message.#start = start;
    message.#end = end;
  }

  static setLayout(message: Read, layout: Layout): void {
    message.#layout = layout;
  }

  static layout(message: object): Layout | undefined {
    return #layout in message ? message.#layout : undefined;
  }

  static original(message: object): Uint8Array | undefined {
    if (!(#file in message) || message.#file === undefined) return undefined;
    return message.#file.subarray(message.#start, message.#end);
  }
}

/** A fresh message whose original bytes are `file[start, end)`. Only the decoder fills it. */
export function placed(
  schema: Schema,
  file: Uint8Array,
  start: number,
  end: number,
): Record<string, unknown> {
  const message = new Read();
  Read.place(message, file, start, end);
  const fields = message as unknown as Record<string, unknown>;
  for (const name of schema.repeated) fields[name] = none;
  return fields;
}

/** Remembers the wire form of a message that is not in the canonical one. */
export const setLayout = (message: object, layout: Layout): void =>
  Read.setLayout(message as Read, layout);

/** The wire form to keep when this message is encoded, absent where it is the canonical one. */
export const layoutOf = (message: object): Layout | undefined => Read.layout(message);

/** The bytes an unchanged message was read from. */
export const originalBytes = (message: object): Uint8Array | undefined => Read.original(message);

export type Changes<T> = { readonly [F in keyof T]?: T[F] | undefined };

/**
 * A copy of a message with some fields changed; `undefined` removes one. Fields that this version
 * does not know and the order of fields are kept, untouched submessages are still written as the
 * bytes they came from.
 *
 * @example const renamed = edit(node, { name: 'conv1' });
 */
export function edit<T extends Message>(message: T, changes: Changes<T>): T {
  const copy = new Read();
  const layout = Read.layout(message);
  if (layout) Read.setLayout(copy, layout);
  const fields = Object.assign(copy as unknown as Record<string, unknown>, message, changes);
  for (const [name, value] of Object.entries(changes)) if (value === undefined) delete fields[name];
  return fields as unknown as T;
}

/**
 * A new message of a type. Repeated fields that are not given are empty.
 *
 * @example make('OperatorSetIdProto', { domain: '', version: 21 })
 */
export function make<N extends keyof Messages>(type: N, fields: Partial<Messages[N]>): Messages[N] {
  const message: Record<string, unknown> = {};
  for (const name of schemas[type].repeated) message[name] = none;
  return Object.assign(message, fields) as unknown as Messages[N];
}
