import type { Refusal, TimeFloor } from './types.ts';

/** What a fetch brought. `tag` is the server's validator (ETag), where it gave one. */
export type Carried =
  | { readonly kind: 'found'; readonly bytes: Uint8Array; readonly tag?: string | undefined }
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'missing' }
  | { readonly kind: 'too-large' };

/**
 * Fetches a file of the repository. `path` is percent-encoded, relative to the repository
 * (`timestamp.json`, `3.root.json`, `targets/…`). Nobody has to trust what it brings.
 *
 * @throws SelvedgeError `network`, `timeout`, `bad-upstream` when it brings nothing.
 */
export type Carrier = (
  path: string,
  options: {
    /** Stops reading after this many bytes with `too-large`: endless data. */
    readonly maxBytes: number;
    /** The validator of what the caller has; `unchanged` when it still holds. */
    readonly tag?: string | undefined;
  },
) => Promise<Carried>;

/**
 * Keeps what a client trusts, by role name; a write is durable and whole when it resolves.
 * What it gives back is verified again: a damaged file is as good as none.
 */
export interface TrustStore {
  read(role: string): Promise<Uint8Array | undefined>;
  write(role: string, bytes: Uint8Array): Promise<void>;
  remove(role: string): Promise<void>;
  readFloor(): Promise<TimeFloor | undefined>;
  writeFloor(floor: TimeFloor | undefined): Promise<void>;
}

export interface TrustPorts {
  readonly fetch: Carrier;
  /** The same, past every cache: asked where what `fetch` brought was refused. */
  readonly again?: Carrier;
  /** Other places that have the repository: asked in order where `again` was refused, too. */
  readonly elsewhere?: () => readonly Carrier[];
  /**
   * Told of what was refused where a carrier from `elsewhere` then had what it should have been, so
   * that nothing failed. What `again` mends was an old copy.
   */
  readonly onRefused?: (refusal: Refusal) => void;
  readonly store: TrustStore;
  readonly clock: () => Date;
}

/** A trust store that forgets with the process, for a publisher or a check. */
export function memoryTrustStore(): TrustStore {
  const files = new Map<string, Uint8Array>();
  let floor: TimeFloor | undefined;
  return {
    read: async (role) => files.get(role),
    write: async (role, bytes) => void files.set(role, bytes),
    remove: async (role) => void files.delete(role),
    readFloor: async () => floor,
    writeFloor: async (next) => {
      floor = next;
    },
  };
}
