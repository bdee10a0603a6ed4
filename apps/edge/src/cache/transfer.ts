import { setTimeout as sleep } from 'node:timers/promises';
import { isSelvedgeError, SelvedgeError, toSelvedgeError } from '@selvedge/core/errors';
import type { Digest } from '@selvedge/core/schema';
import type { HttpResponse } from '@selvedge/node/http';
import type { BlobWriter, ContentStore } from '@selvedge/node/store';
import { mayStore } from './headers.ts';
import type { Upstream } from './upstream.ts';

export interface TransferOptions {
  readonly digest: Digest;
  /** Where the origin has it. */
  readonly target: string;
  readonly upstream: Upstream;
  readonly store: ContentStore;
  /** A larger blob is not kept. */
  readonly maxBytes: number;
  /** Waits between attempts when the origin drops the connection, milliseconds. */
  readonly retryMs?: readonly number[];
  /** Ends the transfer; what came is kept for the next. */
  readonly signal?: AbortSignal;
}

export type FillHead =
  /** It is coming (or is there). `size` where the origin says it. */
  | { readonly kind: 'coming'; readonly size?: number }
  /** The origin answered something else than the blob: this, to be passed on. */
  | { readonly kind: 'refused'; readonly answer: HttpResponse; readonly body: Uint8Array }
  /** It cannot be kept (disk full, `no-store`, over the limit): each reader asks the origin. */
  | { readonly kind: 'unstorable'; readonly error?: SelvedgeError }
  | { readonly kind: 'failed'; readonly error: SelvedgeError };

export type FillEnd =
  | { readonly kind: 'stored'; readonly size: number }
  | { readonly kind: 'failed'; readonly error: SelvedgeError }
  | { readonly kind: 'not-begun' };

/** What a transfer tells about itself on the way. */
export interface TransferSteps {
  opened(writer: BlobWriter): void;
  /** The origin sends it; `size` where it says that. */
  begun(size: number | undefined): void;
  notBegun(head: FillHead): void;
  /** These bytes are written. */
  moved(chunk: Uint8Array): void;
}

/** Brings the blob from the origin into the store. Never throws. */
export async function transfer(options: TransferOptions, steps: TransferSteps): Promise<FillEnd> {
  const { digest, store } = options;
  let writer: BlobWriter | undefined;
  try {
    const there = await store.stat(digest);
    if (there) return { kind: 'stored', size: there.size };
    writer = await openWriter(options, steps);
    const answer = writer && (await firstAnswer(options, writer, steps));
    if (!writer || !answer) return { kind: 'not-begun' };
    await pourAll(answer, writer, options, steps);
    const { size } = await writer.commit();
    return { kind: 'stored', size };
  } catch (caught) {
    // What came is kept and resumed by the next one who asks.
    await (writer?.offset ? writer.suspend() : writer?.abort())?.catch(() => {});
    return { kind: 'failed', error: toSelvedgeError(caught) };
  }
}

/** Again from where it stopped when the origin drops the connection, until that brings nothing. */
async function pourAll(
  first: HttpResponse,
  writer: BlobWriter,
  options: TransferOptions,
  steps: TransferSteps,
): Promise<void> {
  const { retryMs = [100, 400, 1600] } = options;
  let answer: HttpResponse | undefined = first;
  for (let fruitless = 0; ; fruitless++) {
    const from = writer.offset;
    try {
      return await pour(answer ?? (await askFrom(options, from)), writer, steps);
    } catch (caught) {
      if (writer.offset > from) fruitless = 0;
      if (fruitless >= retryMs.length || !worthRetrying(caught)) throw caught;
      answer = undefined;
      await sleep(retryMs[fruitless]);
    }
  }
}

async function openWriter(
  options: TransferOptions,
  steps: TransferSteps,
): Promise<BlobWriter | undefined> {
  try {
    const writer = await options.store.writer({ digest: options.digest });
    steps.opened(writer);
    return writer;
  } catch (caught) {
    steps.notBegun({ kind: 'unstorable', error: toSelvedgeError(caught) });
    return undefined;
  }
}

/** The origin's first answer, or undefined where it means that nothing can be filled. */
async function firstAnswer(
  options: TransferOptions,
  writer: BlobWriter,
  steps: TransferSteps,
): Promise<HttpResponse | undefined> {
  const answer = await askFrom(options, writer.offset);
  const whole = writer.offset > 0 && answer.status === 416;
  if (!answer.ok && !whole) {
    await writer.abort();
    steps.notBegun({ kind: 'refused', answer, body: await readShort(answer) });
    return undefined;
  }
  const size = totalSize(answer);
  if (!mayStore(answer.headers) || (size ?? 0) > options.maxBytes) {
    answer.discard();
    await writer.abort();
    steps.notBegun({ kind: 'unstorable' });
    return undefined;
  }
  steps.begun(size);
  return answer;
}

const askFrom = (options: TransferOptions, offset: number): Promise<HttpResponse> =>
  options.upstream.request(options.target, {
    expect: 'bytes',
    headers: offset > 0 ? { range: `bytes=${offset}-` } : {},
    ...(options.signal ? { signal: options.signal } : {}),
  });

/** Writes an answer's body after what is there; an origin without Range sends that part again. */
async function pour(answer: HttpResponse, writer: BlobWriter, steps: TransferSteps): Promise<void> {
  if (answer.status === 416) return answer.discard();
  if (!answer.ok) {
    answer.discard();
    throw new SelvedgeError(
      'bad-upstream',
      `${answer.url} answered ${answer.status} in the middle of a transfer`,
    );
  }
  let skip = answer.status === 206 ? 0 : writer.offset;
  for await (const chunk of answer.body) {
    const fresh = chunk.subarray(Math.min(skip, chunk.length));
    skip -= chunk.length - fresh.length;
    if (fresh.length === 0) continue;
    await writer.write(fresh);
    steps.moved(fresh);
  }
}

/** From `Content-Range: bytes 5-9/10`, else `Content-Length`. */
function totalSize(answer: HttpResponse): number | undefined {
  const ranged = /\/(\d+)$/.exec(answer.headers['content-range'] ?? '');
  if (ranged) return Number(ranged[1]);
  const length = answer.headers['content-length'];
  return answer.status === 200 && length !== undefined ? Number(length) : undefined;
}

/** An error page is passed on up to this size. */
async function readShort(answer: HttpResponse): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of answer.body) {
      chunks.push(chunk);
      length += chunk.length;
      if (length >= 64 * 1024) break;
    }
  } catch {
    // Its status says enough.
  }
  return Buffer.concat(chunks);
}

const worthRetrying = (caught: unknown): boolean =>
  isSelvedgeError(caught) && ['network', 'timeout', 'bad-upstream'].includes(caught.code);
