import type { Int64 } from './messages.ts';

/** Views of at least this many bytes are passed on instead of being copied. */
const viewBytes = 2048;
/** Room that is taken at once: little for a small message, and never more than a garbage collector likes. */
const smallestRoom = 64;
const largestRoom = 1 << 20;
const two32 = 4294967296;
const encoder = new TextEncoder();

/**
 * Where encoding goes, from the end to the beginning: when a message's length has to be written,
 * in front of it, it stands there already and its length is known, so one walk over the tree is
 * enough. Every call writes before what was written before.
 */
export class Sink {
  /** Finished chunks, the last one first. */
  readonly #chunks: Uint8Array[] = [];
  #room: Uint8Array = new Uint8Array(smallestRoom);
  #view: DataView | undefined;
  /** What is written of the room stands in `[#pos, #end)`. */
  #pos = smallestRoom;
  #end = smallestRoom;
  #finished = 0;

  /** Bytes written so far: lengths are differences of it. */
  get written(): number {
    return this.#finished + this.#end - this.#pos;
  }

  /** An unsigned number below 2^53: a tag or a length. */
  uint(value: number): void {
    if (this.#pos < 10) this.#grow(10);
    if (value < 0x80) this.#room[--this.#pos] = value;
    else this.#longUint(value);
  }

  /** A signed 64-bit integer in two's complement, as int32, int64 and enums are written. */
  int64(value: Int64): void {
    if (typeof value === 'number' && value >= 0) this.uint(value);
    else this.#negative(value);
  }

  float(value: number): void {
    if (this.#pos < 4) this.#grow(4);
    this.#view ??= new DataView(this.#room.buffer);
    this.#pos -= 4;
    this.#view.setFloat32(this.#pos, value, true);
  }

  /** Bytes as they are. Long ones become a chunk of their own and are not copied. */
  raw(bytes: Uint8Array): void {
    const { length } = bytes;
    if (length >= viewBytes) {
      this.#flush();
      this.#chunks.push(bytes);
      this.#finished += length;
      return;
    }
    if (this.#pos < length) this.#grow(length);
    this.#pos -= length;
    if (length > 32) this.#room.set(bytes, this.#pos);
    // `set` takes longer to begin than a few bytes take.
    else for (let at = 0; at < length; at++) this.#room[this.#pos + at] = bytes[at]!;
  }

  /** Length and UTF-8. */
  text(text: string): void {
    const { length } = text;
    if (length > 64 || !this.#ascii(text)) {
      const bytes = encoder.encode(text);
      this.raw(bytes);
      this.uint(bytes.length);
    } else this.uint(length);
  }

  /** What was written, in order. */
  chunks(): Uint8Array[] {
    this.#flush();
    return this.#chunks.reverse();
  }

  /** Whether the text is ASCII; then it was written. */
  #ascii(text: string): boolean {
    const { length } = text;
    if (this.#pos < length) this.#grow(length);
    const room = this.#room;
    const start = this.#pos - length;
    let union = 0;
    for (let at = 0; at < length; at++) {
      const code = text.charCodeAt(at);
      union |= code;
      room[start + at] = code;
    }
    if (union >= 0x80) return false;
    this.#pos = start;
    return true;
  }

  #longUint(value: number): void {
    let width = 2;
    for (let rest = Math.floor(value / 0x4000); rest > 0; rest = Math.floor(rest / 0x80)) width++;
    this.#pos -= width;
    let at = this.#pos;
    let rest = value;
    for (; rest >= two32; rest = Math.floor(rest / 0x80)) this.#room[at++] = (rest % 0x80) | 0x80;
    for (rest >>>= 0; rest >= 0x80; rest >>>= 7) this.#room[at++] = (rest & 0x7f) | 0x80;
    this.#room[at] = rest;
  }

  #negative(value: Int64): void {
    const bits = BigInt.asUintN(64, BigInt(value));
    let low = Number(bits & 0xffffffffn);
    let high = Number(bits >> 32n);
    const bytes: number[] = [];
    while (high !== 0 || low >= 0x80) {
      bytes.push((low & 0x7f) | 0x80);
      low = ((low >>> 7) | (high << 25)) >>> 0;
      high >>>= 7;
    }
    bytes.push(low);
    this.raw(Uint8Array.from(bytes));
  }

  /** Begins a new room with at least as many bytes. */
  #grow(bytes: number): void {
    const size = Math.min(largestRoom, 2 * this.#room.length);
    this.#flush();
    this.#room = new Uint8Array(Math.max(size, bytes));
    this.#view = undefined;
    this.#pos = this.#room.length;
    this.#end = this.#pos;
  }

  #flush(): void {
    if (this.#pos === this.#end) return;
    this.#chunks.push(this.#room.subarray(this.#pos, this.#end));
    this.#finished += this.#end - this.#pos;
    this.#end = this.#pos;
  }
}

/** What a few writes give, which come in the order of the bytes, last one first. */
export function encoded(write: (sink: Sink) => void): Uint8Array[] {
  const sink = new Sink();
  write(sink);
  return sink.chunks();
}

/** Joins chunks into one array; a single chunk is returned as it is. */
export function concat(chunks: readonly Uint8Array[]): Uint8Array {
  if (chunks.length === 1) return chunks[0]!;
  const whole = new Uint8Array(chunks.reduce((total, chunk) => total + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}
