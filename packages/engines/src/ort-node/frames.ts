/**
 * The frame that travels between the application and the engine's process, over a socket pair:
 *
 *     0   f64  bytes of the body (a double holds 2⁵³, a 32-bit length would stop at 4 GiB)
 *     8   u32  bytes of the header, before padding
 *    12   u32  zero
 *    16        body: the header as JSON, then each blob, every part padded to 8 bytes
 *
 * Only the header is JSON; tensors and models travel as their bytes, and the padding lets the
 * receiver look at them as typed arrays without a copy.
 */

/** A received frame. The blobs are views of one buffer that belongs to the frame. */
export interface Frame<H> {
  readonly header: H;
  readonly blobs: readonly Uint8Array[];
}

export const prefixBytes = 16;
const alignment = 8;
const padded = (bytes: number): number => Math.ceil(bytes / alignment) * alignment;
const padding = new Uint8Array(alignment);

interface Wire<H> {
  readonly header: H;
  readonly blobs: readonly number[];
}

/** The chunks to write for a frame; the blobs stand among them uncopied. */
export function encodeFrame<H>(header: H, blobs: readonly Uint8Array[] = []): Uint8Array[] {
  const wire: Wire<H> = { header, blobs: blobs.map((blob) => blob.byteLength) };
  const json = new TextEncoder().encode(JSON.stringify(wire));
  const start = new Uint8Array(prefixBytes + padded(json.length));
  const body = wire.blobs.reduce((sum, bytes) => sum + padded(bytes), padded(json.length));
  const view = new DataView(start.buffer);
  view.setFloat64(0, body, true);
  view.setUint32(8, json.length, true);
  start.set(json, prefixBytes);
  const chunks: Uint8Array[] = [start];
  for (const blob of blobs) {
    chunks.push(blob);
    const gap = padded(blob.byteLength) - blob.byteLength;
    if (gap > 0) chunks.push(padding.subarray(0, gap));
  }
  return chunks.filter((chunk) => chunk.byteLength > 0);
}

/** What a prefix announces. */
export function readPrefix(prefix: Uint8Array): { bodyBytes: number; headerBytes: number } {
  const view = new DataView(prefix.buffer, prefix.byteOffset, prefixBytes);
  return { bodyBytes: view.getFloat64(0, true), headerBytes: view.getUint32(8, true) };
}

/** Reads a whole body. `body` starts at a multiple of 8 of its buffer. */
export function decodeBody<H>(body: Uint8Array, headerBytes: number): Frame<H> {
  const text = new TextDecoder().decode(body.subarray(0, headerBytes));
  const wire = JSON.parse(text) as Wire<H>;
  const blobs: Uint8Array[] = [];
  let at = padded(headerBytes);
  for (const bytes of wire.blobs) {
    blobs.push(body.subarray(at, at + bytes));
    at += padded(bytes);
  }
  return { header: wire.header, blobs };
}

/** Puts frames together from whatever pieces a stream delivers. */
export class FrameReader<H> {
  #prefix = new Uint8Array(prefixBytes);
  #body: Uint8Array | undefined;
  #headerBytes = 0;
  #filled = 0;

  /** Takes the next piece; returns the frames that it completed. */
  push(piece: Uint8Array): Frame<H>[] {
    const frames: Frame<H>[] = [];
    let rest = piece;
    while (rest.byteLength > 0) {
      const target = this.#body ?? this.#prefix;
      const taken = rest.subarray(0, target.byteLength - this.#filled);
      target.set(taken, this.#filled);
      this.#filled += taken.byteLength;
      rest = rest.subarray(taken.byteLength);
      if (this.#filled === target.byteLength) this.#complete(frames);
    }
    return frames;
  }

  #complete(frames: Frame<H>[]): void {
    this.#filled = 0;
    if (this.#body) {
      frames.push(decodeBody<H>(this.#body, this.#headerBytes));
      this.#body = undefined;
      return;
    }
    const { bodyBytes, headerBytes } = readPrefix(this.#prefix);
    this.#headerBytes = headerBytes;
    this.#body = new Uint8Array(bodyBytes);
  }
}
