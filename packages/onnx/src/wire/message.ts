import { atPlace, fieldsOf, LazyTensor } from './lazy-tensor.ts';
import type { Message, Messages, TensorProto } from './messages.ts';
import { none, Read } from './read.ts';
import { schemas } from './schema.ts';

export type Changes<T> = { readonly [F in keyof T]?: T[F] | undefined };

/**
 * A copy of a message with some fields changed; `undefined` removes one. Fields that this version
 * does not know and the order of fields are kept, untouched submessages are still written as the
 * bytes they came from.
 *
 * @example const renamed = edit(node, { name: 'conv1' });
 */
export function edit<T extends Message>(message: T, changes: Changes<T>): T {
  const place = LazyTensor.place(message);
  if (place && !('rawData' in changes))
    return change(atPlace(message as unknown as TensorProto, place), {}, changes) as unknown as T;
  const copy = new Read();
  const layout = Read.layout(message);
  if (layout) Read.setLayout(copy, layout);
  return change(
    copy,
    place ? fieldsOf(message as unknown as TensorProto) : message,
    changes,
  ) as unknown as T;
}

function change(target: object, given: object, changes: object): object {
  const fields = Object.assign(target as Record<string, unknown>, given, changes);
  for (const [name, value] of Object.entries(changes)) if (value === undefined) delete fields[name];
  return fields;
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
