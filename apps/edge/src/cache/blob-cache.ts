import { createHash } from 'node:crypto';
import { SelvedgeError, toSelvedgeError } from '@selvedge/core/errors';
import type { Digest } from '@selvedge/core/schema';
import type { HttpResponse } from '@selvedge/node/http';
import type { ContentStore } from '@selvedge/node/store';
import type { Telemetry } from '@selvedge/node/telemetry';
import { type Fill, startFill } from './fill.ts';
import { createLru, type Lru } from './lru.ts';
import type { Upstream } from './upstream.ts';

/** How a blob can be answered now. */
export type BlobAnswer =
  | {
      readonly kind: 'blob';
      readonly how: 'hit' | 'miss' | 'collapsed';
      readonly size?: number;
      /** Bytes from the start that are here already. */
      readonly arrived: number;
      /** Streams a part; `end` is exclusive. */
      read(start: number, end?: number): AsyncIterable<Uint8Array>;
    }
  | { readonly kind: 'refused'; readonly answer: HttpResponse; readonly body: Uint8Array }
  /** It cannot be kept: the reader asks the origin itself, and checks what comes. */
  | { readonly kind: 'unstorable' };

/** Blobs of any size, kept by content, fetched once whoever asks. */
export interface BlobCache {
  /** What is here: stored, or coming. Asks nobody. */
  peek(digest: Digest): Promise<{ readonly size?: number } | undefined>;
  /** @throws SelvedgeError what kept the origin from answering */
  open(digest: Digest, target: string): Promise<BlobAnswer>;
  readonly bytes: number;
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
  const { store, upstream, telemetry, maxBytes, retryMs } = options;
  const lru = createLru();
  for await (const { digest, size } of store.list()) lru.touch(digest, size);
  const meters = blobMeters(telemetry, lru);
  const fills = new Map<Digest, Fill>();
  const closing = new AbortController();

  const makeRoom = async (limit: number): Promise<void> => {
    for (const digest of lru.surplus(limit)) {
      lru.forget(digest);
      await store.remove(digest);
      meters.evictions.add(1);
    }
  };
  const finished = async (digest: Digest, fill: Fill): Promise<void> => {
    const end = await fill.end;
    if (end.kind === 'stored') {
      lru.touch(digest, end.size);
      meters.stored.add(end.size);
      await makeRoom(maxBytes);
    } else if (end.kind === 'failed') {
      meters.failures.add(1, { code: end.error.code });
      telemetry.log.warn({ digest, code: end.error.code }, end.error.message);
      // Older blobs make room for the next attempt; this one has nowhere to go.
      if (end.error.code === 'disk-full') await makeRoom(Math.max(0, lru.bytes - fill.arrived * 2));
    }
  };
  const begin = (digest: Digest, target: string): Fill => {
    const fill = startFill({
      signal: closing.signal,
      digest,
      target,
      upstream,
      store,
      maxBytes,
      ...(retryMs ? { retryMs } : {}),
    });
    fills.set(digest, fill);
    finished(digest, fill)
      .catch((caught) => telemetry.log.error({ digest }, toSelvedgeError(caught).message))
      .finally(() => fills.delete(digest));
    return fill;
  };

  return {
    get bytes() {
      return lru.bytes;
    },
    get count() {
      return lru.count;
    },
    async close() {
      closing.abort(new SelvedgeError('unavailable', 'the edge is stopping'));
      await Promise.all([...fills.values()].map(({ end }) => end));
    },
    async peek(digest) {
      const coming = fills.get(digest);
      const head = coming && (await coming.head);
      if (head?.kind === 'coming') return head;
      return store.stat(digest);
    },
    async open(digest, target) {
      const stored = fills.has(digest) ? undefined : await store.stat(digest);
      if (stored) {
        lru.touch(digest, stored.size);
        return hit(store, stored.size, digest);
      }
      const running = fills.get(digest);
      return following(running ?? begin(digest, target), running ? 'collapsed' : 'miss', {
        ...options,
        digest,
        target,
      });
    },
  };
}

function hit(store: ContentStore, size: number, digest: Digest): BlobAnswer {
  return {
    kind: 'blob',
    how: 'hit',
    size,
    arrived: size,
    async *read(start, end = size) {
      const part = await store.read(digest, { start, end });
      if (!part) throw new SelvedgeError('unavailable', `${digest} is not in the cache any more`);
      yield* part;
    },
  };
}

type Source = BlobCacheOptions & { digest: Digest; target: string };

async function following(
  fill: Fill,
  how: 'miss' | 'collapsed',
  source: Source,
): Promise<BlobAnswer> {
  const head = await fill.head;
  if (head.kind === 'failed' && !isStorageError(head.error)) throw head.error;
  if (head.kind === 'failed' || head.kind === 'unstorable') return { kind: 'unstorable' };
  if (head.kind === 'refused') return head;
  return {
    kind: 'blob',
    how,
    ...(head.size === undefined ? {} : { size: head.size }),
    arrived: fill.arrived,
    read: (start, end) => followOrAsk(fill, start, end, source),
  };
}

/** Follows a fill; when the disk gives out under it, takes the rest from the origin. */
async function* followOrAsk(
  fill: Fill,
  start: number,
  end: number | undefined,
  source: Source,
): AsyncGenerator<Uint8Array> {
  let at = start;
  try {
    for await (const chunk of fill.follow(start, end)) {
      at += chunk.length;
      yield chunk;
    }
  } catch (caught) {
    if (!isStorageError(toSelvedgeError(caught))) throw caught;
    yield* restFromOrigin(source, at, end);
  }
}

const isStorageError = ({ code }: SelvedgeError): boolean =>
  code === 'disk-full' || code === 'io-failed';

async function* restFromOrigin(
  source: Source,
  at: number,
  end?: number,
): AsyncGenerator<Uint8Array> {
  const answer = await source.upstream.request(source.target, {
    expect: 'bytes',
    headers: { range: `bytes=${at}-${end === undefined ? '' : end - 1}` },
  });
  if (!answer.ok) {
    answer.discard();
    throw new SelvedgeError(
      'bad-upstream',
      `${answer.url} answered ${answer.status} in the middle of a transfer`,
    );
  }
  let position = answer.status === 206 ? at : 0;
  for await (const chunk of answer.body) {
    const fresh = chunk.subarray(
      Math.min(Math.max(0, at - position), chunk.length),
      (end ?? Number.POSITIVE_INFINITY) - position,
    );
    position += chunk.length;
    if (fresh.length > 0) yield fresh;
    if (end !== undefined && position >= end) return;
  }
}

/**
 * Passes a whole blob on and checks it on the way: the last chunk goes out only when the digest
 * is right.
 * @throws SelvedgeError `trust-digest`
 */
export async function* checkedOnTheWay(
  body: AsyncIterable<Uint8Array>,
  digest: Digest,
): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  let held: Uint8Array | undefined;
  for await (const chunk of body) {
    hash.update(chunk);
    if (held) yield held;
    held = chunk;
  }
  const actual = `sha256:${hash.digest('hex')}`;
  if (actual !== digest) {
    throw new SelvedgeError('trust-digest', `the origin's bytes do not have the digest ${digest}`, {
      details: { digest, actual },
    });
  }
  if (held) yield held;
}

function blobMeters({ meter }: Telemetry, lru: Lru) {
  meter
    .createObservableGauge('edge_cache_blob_bytes', {
      description: 'Bytes of blobs kept',
      unit: 'By',
    })
    .addCallback((gauge) => gauge.observe(lru.bytes));
  return {
    evictions: meter.createCounter('edge_cache_evictions_total', {
      description: 'Blobs removed to make room',
    }),
    stored: meter.createCounter('edge_cache_stored_bytes_total', {
      description: 'Bytes verified and stored',
    }),
    failures: meter.createCounter('edge_cache_fill_failures_total', {
      description:
        'Blobs that could not be stored, by error code: trust-digest, disk-full, network, …',
    }),
  };
}
