import { SelvedgeError, toSelvedgeError } from '@selvedge/core/errors';
import type { Digest } from '@selvedge/core/schema';
import type { ContentStore } from '@selvedge/node/store';
import type { Telemetry } from '@selvedge/node/telemetry';
import { type BlobAnswer, fillAnswer, storedAnswer } from './blob-answer.ts';
import { openBlobRoom } from './blob-room.ts';
import { type Fill, startFill } from './fill.ts';
import type { Upstream } from './upstream.ts';

/** Blobs of any size, kept by content, fetched once whoever asks. */
export interface BlobCache {
  /** What is stored, or coming. Begins nothing. */
  peek(digest: Digest): Promise<{ readonly size?: number } | undefined>;
  /** @throws SelvedgeError what kept the origin from answering */
  open(digest: Digest, target: string): Promise<BlobAnswer>;
  readonly count: number;
  /** Ends the transfers under way; what came is kept and resumed after the next open. */
  close(): Promise<void>;
}

export interface BlobCacheOptions {
  readonly store: ContentStore;
  readonly upstream: Upstream;
  readonly telemetry: Telemetry;
  /** Least recently used blobs go when there are more bytes than this. */
  readonly maxBytes: number;
  readonly retryMs?: readonly number[];
}

/** Opens the cache over what the store already has: a restart keeps it. */
export async function openBlobCache(options: BlobCacheOptions): Promise<BlobCache> {
  const { store, upstream, telemetry, maxBytes } = options;
  const room = await openBlobRoom(store, telemetry, maxBytes);
  const fills = new Map<Digest, Fill>();
  const closing = new AbortController();

  const settle = async (digest: Digest, fill: Fill): Promise<void> => {
    const end = await fill.end;
    // At once: whoever asks after a failure begins anew.
    fills.delete(digest);
    if (end.kind === 'stored') await room.stored(digest, end.size);
    if (end.kind === 'failed') await room.failed(digest, end.error, fill.arrived);
  };
  const begin = (digest: Digest, target: string): Fill => {
    const { retryMs } = options;
    const transfer = { digest, target, upstream, store, maxBytes, signal: closing.signal };
    const fill = startFill({ ...transfer, ...(retryMs ? { retryMs } : {}) });
    fills.set(digest, fill);
    settle(digest, fill).catch((caught) =>
      telemetry.log.error({ digest }, toSelvedgeError(caught).message),
    );
    return fill;
  };

  return {
    get count() {
      return room.count;
    },
    async close() {
      closing.abort(new SelvedgeError('unavailable', 'the edge is stopping'));
      await Promise.all([...fills.values()].map(({ end }) => end));
    },
    async peek(digest) {
      const head = await fills.get(digest)?.head;
      return head?.kind === 'coming' ? head : store.stat(digest);
    },
    async open(digest, target) {
      const stored = fills.has(digest) ? undefined : await store.stat(digest);
      if (stored) {
        room.used(digest, stored.size);
        return storedAnswer(store, digest, stored.size);
      }
      const running = fills.get(digest);
      const source = { upstream, target };
      if (running) return fillAnswer(running, 'collapsed', source);
      return fillAnswer(begin(digest, target), 'miss', source);
    },
  };
}
