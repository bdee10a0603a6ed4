import { SelvedgeError } from '@selvedge/core/errors';
import type { Digest } from '@selvedge/core/schema';
import type { BlobWriter, ContentStore } from '@selvedge/node/store';
import { type TailWindow, tailWindow } from './tail-window.ts';
import { type FillEnd, type FillHead, type TransferOptions, transfer } from './transfer.ts';

/**
 * A blob on its way from the origin into the store, followed by any number of readers while it
 * grows. There is one per digest, whoever asks.
 */
export interface Fill {
  /** Settles once the origin has answered; what then can be done. Never rejects. */
  readonly head: Promise<FillHead>;
  /** Settles with the end. Never rejects. */
  readonly end: Promise<FillEnd>;
  /** Bytes from the start that have arrived. */
  readonly arrived: number;
  /**
   * Streams `[start, end)` as it arrives; `end` undefined means to the end. The last byte of the
   * blob is held back until its digest is verified, so that no reader takes wrong bytes for whole.
   * @throws SelvedgeError what ended the fill
   */
  follow(start: number, end?: number): AsyncGenerator<Uint8Array>;
}

/** Begins a fill. */
export function startFill(options: TransferOptions): Fill {
  const head = Promise.withResolvers<FillHead>();
  const growth = new Growth();
  const end = transfer(options, {
    opened: (writer) => growth.open(writer),
    begun: (size) => {
      growth.size = size;
      head.resolve({ kind: 'coming', ...(size === undefined ? {} : { size }) });
    },
    notBegun: head.resolve,
    moved: (chunk) => growth.add(chunk),
  }).then((how) => {
    if (how.kind === 'stored') head.resolve({ kind: 'coming', size: how.size });
    if (how.kind === 'failed') head.resolve(how);
    growth.finish(how);
    return how;
  });
  return {
    head: head.promise,
    end,
    get arrived() {
      return growth.arrived;
    },
    async *follow(start, stop = Number.POSITIVE_INFINITY) {
      let at = start;
      for await (const chunk of growth.read(start, stop)) {
        at += chunk.length;
        yield chunk;
      }
      if (at < stop) yield* readStored(await end, options, at, stop);
    },
  };
}

async function* readStored(
  how: FillEnd,
  { digest, store }: { digest: Digest; store: ContentStore },
  start: number,
  stop: number,
): AsyncGenerator<Uint8Array> {
  if (how.kind === 'failed') throw how.error;
  const rest =
    how.kind === 'stored'
      ? await store.read(digest, { start, end: Math.min(stop, how.size) })
      : undefined;
  if (rest) yield* rest;
  else {
    throw new SelvedgeError('unavailable', `${digest} is not in the cache any more`, {
      hint: 'ask again',
    });
  }
}

const readBytes = 256 * 1024;
const windowBytes = 8 * 1024 * 1024;

/** What has arrived so far, and word of more. */
class Growth {
  size: number | undefined;
  #writer: BlobWriter | undefined;
  #recent: TailWindow | undefined;
  #ended: FillEnd | undefined;
  #progress = Promise.withResolvers<void>();

  open(writer: BlobWriter): void {
    this.#writer = writer;
    this.#recent = tailWindow(writer.offset, windowBytes);
  }

  add(chunk: Uint8Array): void {
    this.#recent?.push(chunk);
    this.#moved();
  }

  finish(how: FillEnd): void {
    this.#ended = how;
    this.#moved();
  }

  get arrived(): number {
    return this.#ended?.kind === 'stored' ? this.#ended.size : (this.#writer?.offset ?? 0);
  }

  /** Streams from `start` until `stop` or until the growing ends; then the store has the rest. */
  async *read(start: number, stop: number): AsyncGenerator<Uint8Array> {
    let at = start;
    while (at < stop && !this.#ended) {
      const limit = Math.min(stop, this.#readable(), at + readBytes);
      if (at >= limit) {
        await this.#progress.promise;
        continue;
      }
      const near = this.#recent?.from(at)?.subarray(0, limit - at);
      const chunk = near ?? (await this.#writer!.read(at, limit).catch(() => undefined));
      // The writer is closed: the transfer is ending.
      if (!chunk) return;
      at += chunk.length;
      yield chunk;
    }
  }

  /** Unverified as it is, the last byte stays here. */
  #readable(): number {
    return this.arrived === this.size ? this.arrived - 1 : this.arrived;
  }

  #moved(): void {
    this.#progress.resolve();
    this.#progress = Promise.withResolvers<void>();
  }
}
