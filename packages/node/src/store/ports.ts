/**
 * Storage ports. A cache, a failover or a meter is a store that wraps stores.
 */
import type { Digest } from '@selvedge/core/schema';

/** What is known of a stored blob. */
export interface BlobInfo {
  readonly digest: Digest;
  readonly size: number;
}

/** An upload in progress: resumable, invisible until committed. */
export interface BlobWriter {
  /** Bytes already durable. A resumed writer starts above zero. */
  readonly offset: number;
  write(chunk: Uint8Array): Promise<void>;
  /**
   * Reads back what was written, `end` exclusive, before it is verified: for a cache that answers
   * while it fills, and that must not let an answer end well before `commit` did. Fewer bytes, or
   * none, past `offset`. Throws once the writer is closed.
   */
  read(start: number, end: number): Promise<Uint8Array>;
  /**
   * Verifies digest and size, makes the blob durable (fsync, rename, fsync of the directory) and
   * visible, in that order.
   * @throws SelvedgeError `trust-digest`, `trust-too-large`, `disk-full`
   */
  commit(): Promise<BlobInfo>;
  /** Makes what was written durable and closes the file, so that it can be resumed. */
  suspend(): Promise<void>;
  /** Forgets the upload. */
  abort(): Promise<void>;
}

/** Content-addressed bytes. Every adapter passes `contentStoreAcceptance`. */
export interface ContentStore {
  stat(digest: Digest): Promise<BlobInfo | undefined>;
  /** Streams the blob, or a part of it; `end` is exclusive. Undefined when it is not there. */
  read(
    digest: Digest,
    range?: { start: number; end: number },
  ): Promise<AsyncIterable<Uint8Array> | undefined>;
  /** Opens a writer for a blob whose digest is known; resumes what an earlier one left. */
  writer(expected: { digest: Digest; size?: number }): Promise<BlobWriter>;
  remove(digest: Digest): Promise<void>;
  /**
   * Lays blobs out as files in a directory, for an engine that maps what no memory holds: by their
   * paths there. The directory goes when `owner` is removed. Undefined where this store, or the
   * file system below it, cannot do that without copying.
   * @throws SelvedgeError `bad-document` for a path that leads out of the directory, `io-failed`
   */
  layOut?(owner: Digest, files: Readonly<Record<string, Digest>>): Promise<string | undefined>;
  list(): AsyncIterable<BlobInfo>;
}
