import { fail, SelvedgeError, toSelvedgeError } from '@selvedge/core/errors';
import { mediaTypes } from '@selvedge/core/release';
import type { Descriptor, FamilyName } from '@selvedge/core/schema';
import { failForStatus, type HttpResponse, httpFetch } from '../http/index.ts';
import type { BlobWriter, ContentStore } from '../store/index.ts';

/** Where blobs come from, and how patiently. */
export interface BlobSources {
  /** Origins with an OCI `/v2/`, tried in order. Nobody has to trust them. */
  readonly origins: readonly string[];
  readonly store: ContentStore;
  /** Milliseconds without a byte after which a transfer counts as dropped. */
  readonly idleMs: number;
  readonly signal?: AbortSignal | undefined;
  /** Called with the size of each chunk that arrived. */
  readonly onBytes?: (bytes: number) => void;
  /** Called for an origin that sent other bytes than the signed ones, before the next is asked. */
  readonly onRefused?: (error: SelvedgeError) => void;
}

export interface WantedBlob {
  readonly family: FamilyName;
  readonly kind: 'blobs' | 'manifests';
  readonly descriptor: Descriptor;
}

/** A connection that was lost is taken up again at most so often in a row without a new byte. */
const maxStalls = 3;

/**
 * Brings a blob into the store, resuming what an earlier call left. The store verifies digest
 * and size before the blob is visible. Does nothing when it is there already.
 *
 * @throws SelvedgeError of the last origin, but a `trust-…` refusal of any before others:
 * `trust-digest`, `trust-too-large`, `network`, `timeout`, `bad-upstream`, `unavailable`,
 * `disk-full`, `io-failed`, `cancelled`
 */
export async function fetchBlob(wanted: WantedBlob, sources: BlobSources): Promise<void> {
  if (await sources.store.stat(wanted.descriptor.digest)) return;
  let worst: SelvedgeError | undefined;
  for (const origin of sources.origins) {
    try {
      return await fetchFrom(origin, wanted, sources);
    } catch (caught) {
      const error = toSelvedgeError(caught);
      if (!isOriginsFault(error)) throw error;
      if (error.code.startsWith('trust-')) sources.onRefused?.(error);
      if (!worst?.code.startsWith('trust-')) worst = error;
    }
  }
  throw worst ?? new SelvedgeError('network', 'no edge and no hub to fetch from');
}

/** Whether another origin may do better: not when the disk is full or the caller gave up. */
const isOriginsFault = (error: SelvedgeError): boolean =>
  !['disk-full', 'io-failed', 'cancelled', 'internal'].includes(error.code);

async function fetchFrom(origin: string, wanted: WantedBlob, sources: BlobSources): Promise<void> {
  let stalls = 0;
  for (let chances = 2; ; ) {
    const writer = await sources.store.writer(wanted.descriptor);
    const start = writer.offset;
    try {
      if (start < wanted.descriptor.size) await transfer(origin, wanted, writer, sources);
      await writer.commit();
      return;
    } catch (caught) {
      const error = toSelvedgeError(caught);
      const gained = writer.offset > start;
      await putAway(writer, error);
      if (error.code === 'trust-digest' && start > 0 && --chances > 0) {
        // The first part may have been somebody else's, or a crash's: once more from the start.
        continue;
      }
      if (!isDropped(error)) throw error;
      stalls = gained ? 0 : stalls + 1;
      if (stalls >= maxStalls) throw error;
      await pause(50 * 2 ** stalls, sources.signal);
    }
  }
}

/** Lost on the way, after the origin had answered: worth taking up again at once. */
const isDropped = (error: SelvedgeError): boolean =>
  error.code === 'network' && 'received' in error.details;

/** Keeps what can be resumed; forgets what is wrong, or what fills the disk. */
async function putAway(writer: BlobWriter, error: SelvedgeError): Promise<void> {
  const useless = error.code.startsWith('trust-') || error.code === 'disk-full';
  // The error that led here says more than one about putting away.
  await (useless ? writer.abort() : writer.suspend()).catch(() => {});
}

async function transfer(
  origin: string,
  { family, kind, descriptor }: WantedBlob,
  writer: BlobWriter,
  { idleMs, signal, onBytes }: BlobSources,
): Promise<void> {
  const url = `${origin.replace(/\/$/, '')}/v2/${family}/${kind}/${descriptor.digest}`;
  const from = writer.offset;
  const answer = await httpFetch(url, {
    headers: {
      accept: kind === 'manifests' ? mediaTypes.manifest : 'application/octet-stream',
      ...(from > 0 && { range: `bytes=${from}-` }),
    },
    idleTimeoutMs: idleMs,
    expect: 'bytes',
    maxBytes: descriptor.size,
    tooLarge: 'trust-too-large',
    ...(signal && { signal }),
  });
  await checkAnswer(answer, url, from);
  // A 200 to a ranged request is the whole blob again: skip what is there already.
  let skip = answer.status === 206 ? 0 : from;
  for await (const chunk of answer.body) {
    onBytes?.(chunk.length);
    const fresh = chunk.subarray(Math.min(skip, chunk.length));
    skip -= chunk.length - fresh.length;
    if (fresh.length > 0) await writer.write(fresh);
  }
  if (writer.offset < descriptor.size) {
    fail('network', `${url} ended after ${writer.offset} of ${descriptor.size} bytes`, {
      hint: 'try again',
      details: { url, received: writer.offset },
    });
  }
}

async function checkAnswer(answer: HttpResponse, url: string, from: number): Promise<void> {
  if (answer.status === 206) {
    if (answer.headers['content-range']?.startsWith(`bytes ${from}-`)) return;
    answer.discard();
    fail('bad-upstream', `${url} answered another range than was asked for`, { details: { url } });
  }
  if (answer.status === 200) return;
  try {
    await failForStatus(answer);
  } catch (caught) {
    const error = toSelvedgeError(caught);
    // What a carrier says of itself is never a verdict about trust or about our own call.
    if (error.row.exit === 3) throw error;
    fail('bad-upstream', error.message, { details: error.details, cause: error });
  }
}

function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    const giveUp = (): void => {
      clearTimeout(timer);
      resolve();
    };
    signal?.addEventListener('abort', giveUp, { once: true });
  });
}
