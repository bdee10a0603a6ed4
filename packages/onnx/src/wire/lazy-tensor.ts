import type { TensorProto } from './messages.ts';
import { Read } from './read.ts';

/**
 * Where the bytes of tensors stand that are not in memory: files beside a model, or a scratch
 * file. Passes are plain functions, so it answers at once: `readSync` in Node, `FileReaderSync` or
 * an OPFS access handle in a browser's worker.
 */
export interface TensorStore {
  /** The bytes at a place, as a fresh array that the caller may change and keep. */
  read(location: string, offset: number, length: number): Uint8Array;
  /** Puts bytes away until they are read. Absent: what passes make stays in memory. */
  write?(bytes: Uint8Array): { readonly location: string; readonly offset: number };
}

/** The range of a store that holds a tensor's `raw_data`. */
export interface TensorPlace {
  readonly store: TensorStore;
  readonly location: string;
  readonly offset: number;
  readonly length: number;
}

/**
 * A tensor whose `raw_data` is read when it is asked for, and is not kept. To passes it looks like
 * any other; who asks twice reads twice. `edit` gives another one at the same place; a spread copy
 * holds the bytes.
 */
export class LazyTensor extends Read {
  readonly #place: TensorPlace;

  constructor(fields: Omit<TensorProto, 'rawData'>, place: TensorPlace) {
    super();
    this.#place = place;
    Object.assign(this, fields);
    const { store, location, offset, length } = place;
    Object.defineProperty(this, 'rawData', {
      get: () => store.read(location, offset, length),
      enumerable: true,
      configurable: true,
    });
  }

  static place(message: object): TensorPlace | undefined {
    return #place in message ? message.#place : undefined;
  }
}

/** Where a tensor's bytes stand; `undefined`: in memory. */
export const placeOf = (tensor: TensorProto): TensorPlace | undefined => LazyTensor.place(tensor);

/** Fewer bytes than these are not worth a place of their own. */
const worthPutting = 64 * 1024;

/**
 * Puts a tensor that was made from another where that one stands: in its store, or, as most are, in
 * memory. What a pass makes of a model that is larger than memory does not fill it up either.
 */
export function keepBeside(source: TensorProto, made: TensorProto): TensorProto {
  const store = placeOf(source)?.store;
  if (!store?.write || placeOf(made) || (made.rawData?.length ?? 0) < worthPutting) return made;
  return atPlace(made, { store, ...store.write(made.rawData!), length: made.rawData!.length });
}

/** The tensor with its `raw_data` at a place instead. */
export function atPlace(tensor: TensorProto, place: TensorPlace): TensorProto {
  const lazy = new LazyTensor(fieldsOf(tensor), place);
  const layout = Read.layout(tensor);
  if (layout) Read.setLayout(lazy, layout);
  return lazy as unknown as TensorProto;
}

/** All fields but `raw_data`, which is not read. */
export function fieldsOf(tensor: TensorProto): Omit<TensorProto, 'rawData'> {
  const names = Object.keys(tensor).filter((name) => name !== 'rawData') as (keyof TensorProto)[];
  return Object.fromEntries(names.map((name) => [name, tensor[name]])) as never;
}
