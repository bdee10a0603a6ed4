import { SelvedgeError, toSelvedgeError } from '@selvedge/core/errors';
import type { Digest } from '@selvedge/core/schema';
import type { HttpResponse } from '@selvedge/node/http';
import type { ContentStore } from '@selvedge/node/store';
import type { Fill } from './fill.ts';
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

/** Where the rest of a blob can be asked for. */
export interface BlobSource {
  readonly upstream: Upstream;
  readonly target: string;
}

/** Answers from the store. */
export function storedAnswer(store: ContentStore, digest: Digest, size: number): BlobAnswer {
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

/** Answers from a fill that runs. */
export async function fillAnswer(
  fill: Fill,
  how: 'miss' | 'collapsed',
  source: BlobSource,
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
  source: BlobSource,
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
  source: BlobSource,
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
