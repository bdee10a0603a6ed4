/**
 * The engine's process. It reads a frame, answers it, reads the next: descriptor 3 is a blocking
 * socket pair, so that a megabyte goes straight into its buffer instead of through 16 events.
 * Descriptor 4 only tells that the application still lives; a thread watches it, because this
 * one may be inside native code.
 */
import { readSync, writevSync } from 'node:fs';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { decodeBody, encodeFrame, type Frame, prefixBytes, readPrefix } from './frames.ts';
import type { Answer, Request } from './messages.ts';
import { OrtSessions } from './ort-sessions.ts';

const channel = 3;
// One call moves at most 2 GiB on Linux.
const maxTransfer = 1 << 30;

// A terminal sends Ctrl-C to the whole group; the application decides when this process ends.
process.on('SIGINT', () => {});
new Worker(new URL(`./watch-parent${extname(import.meta.url)}`, import.meta.url));

const sessions = new OrtSessions();
write(encodeFrame<Answer>({ op: 'ready' }));
for (let frame = read(); frame; frame = read()) {
  const { header, blobs } = await sessions.answer(frame);
  write(encodeFrame(header, blobs));
}
process.exit(0);

/** The next request; undefined when the application closed the channel. */
function read(): Frame<Request> | undefined {
  const prefix = readExactly(prefixBytes);
  if (!prefix) return undefined;
  const { bodyBytes, headerBytes } = readPrefix(prefix);
  const body = readExactly(bodyBytes);
  return body && decodeBody<Request>(body, headerBytes);
}

function readExactly(bytes: number): Uint8Array | undefined {
  const buffer = new Uint8Array(bytes);
  let filled = 0;
  while (filled < bytes) {
    const count = readSync(channel, buffer, filled, Math.min(bytes - filled, maxTransfer), null);
    if (count === 0) return undefined;
    filled += count;
  }
  return buffer;
}

function write(chunks: readonly Uint8Array[]): void {
  let rest = [...chunks];
  while (rest.length > 0) rest = after(rest, writevSync(channel, rest));
}

/** What is left of the chunks once `written` bytes are gone. */
function after(chunks: readonly Uint8Array[], written: number): Uint8Array[] {
  let gone = written;
  let first = 0;
  while (first < chunks.length && gone >= chunks[first]!.byteLength) {
    gone -= chunks[first]!.byteLength;
    first += 1;
  }
  const rest = chunks.slice(first);
  if (gone > 0) rest[0] = rest[0]!.subarray(gone);
  return rest;
}
