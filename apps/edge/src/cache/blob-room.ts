import type { SelvedgeError } from '@selvedge/core/errors';
import type { Digest } from '@selvedge/core/schema';
import type { ContentStore } from '@selvedge/node/store';
import type { Telemetry } from '@selvedge/node/telemetry';
import { createLru, type Lru } from './lru.ts';

/** The room that blobs take: what is here, how much, and what goes when there is too much. */
export interface BlobRoom {
  readonly bytes: number;
  readonly count: number;
  used(digest: Digest, size: number): void;
  stored(digest: Digest, size: number): Promise<void>;
  /** A blob could not be stored, after so many bytes. On a full disk older ones make room. */
  failed(digest: Digest, error: SelvedgeError, arrived: number): Promise<void>;
}

/** Takes stock of a store. Least recently used blobs go when there are more than `maxBytes`. */
export async function openBlobRoom(
  store: ContentStore,
  telemetry: Telemetry,
  maxBytes: number,
): Promise<BlobRoom> {
  const lru = createLru();
  for await (const { digest, size } of store.list()) lru.touch(digest, size);
  const meters = blobMeters(telemetry, lru);
  const shrinkTo = async (limit: number): Promise<void> => {
    for (const digest of lru.surplus(limit)) {
      lru.forget(digest);
      await store.remove(digest);
      meters.evictions.add(1);
    }
  };
  return {
    get bytes() {
      return lru.bytes;
    },
    get count() {
      return lru.count;
    },
    used: (digest, size) => lru.touch(digest, size),
    async stored(digest, size) {
      lru.touch(digest, size);
      meters.stored.add(size);
      await shrinkTo(maxBytes);
    },
    async failed(digest, error, arrived) {
      meters.failures.add(1, { code: error.code });
      telemetry.log.warn({ digest, code: error.code }, error.message);
      // This attempt has nowhere to go; the next finds room for twice of what came.
      if (error.code === 'disk-full') await shrinkTo(Math.max(0, lru.bytes - arrived * 2));
    },
  };
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
