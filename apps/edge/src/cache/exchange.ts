import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Telemetry } from '@selvedge/node/telemetry';
import type { BlobCache } from './blob-cache.ts';
import type { DocumentCache } from './document-cache.ts';
import type { Upstream } from './upstream.ts';

/** What the cache answers from. */
export interface CacheHandlerOptions {
  readonly blobs: BlobCache;
  readonly documents: DocumentCache;
  readonly upstream: Upstream;
  readonly telemetry: Telemetry;
  readonly clock: () => number;
}

/** One request, and all that answering it takes. */
export type Exchange = CacheHandlerOptions & {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly target: string;
};

/** How a request was answered, for the metrics: `hit`, `miss`, `collapsed`, `stale`, `pass`, … */
export type How = string;
