import { varintWidth } from './cursor.ts';
import type { Int64 } from './messages.ts';

/**
 * Where encoding goes. It runs twice over the same tree: once into a {@link Sizer}, which learns
 * the length of every nested message, and once into a {@link Writer}, which needs them first.
 */
export interface Sink {
  /** An unsigned number below 2^53: a tag or a length. */
  uint(value: number): void;
  /** A signed 64-bit integer in two's complement, as int32, int64 and enums are written. */
  int64(value: Int64): void;
  float(value: number): void;
  /** Bytes as they are. Long ones become a chunk of their own and are not copied. */
  raw(bytes: Uint8Array): void;
  /** Length and UTF-8. */
  text(text: string): void;
  /** A nested message's length, then, between the two calls, the message. */
  begin(): void;
  end(): void;
}

/** Views of at least this many bytes are passed on instead of being copied. */
const viewBytes = 2048;
const two32 = 4294967296;
const encoder = new TextEncoder();

export class Sizer implements Sink {
  /** Lengths of the nested messages, in the order of `begin`. */
  readonly sizes: number[] = [];
  /** Bytes that will be written, and those of them that are copied. */
  total = 0;
  copied = 0;
  readonly #open: number[] = [];
  readonly #starts: number[] = [];

  uint(value: number): void {
    this.#add(uintWidth(value));
  }

  int64(value: Int64): void {
    if (typeof value === 'number' && value >= 0) this.#add(uintWidth(value));
    else this.#add(varintWidth(...halves(value)));
  }

  float(): void {
    this.#add(4);
  }

  raw(bytes: Uint8Array): void {
    this.total += bytes.length;
    if (bytes.length < viewBytes) this.copied += bytes.length;
  }

  text(text: string): void {
    const length = utf8Length(text);
    this.#add(uintWidth(length) + length);
  }

  begin(): void {
    this.#open.push(this.sizes.push(0) - 1);
    this.#starts.push(this.total);
  }

  end(): void {
    const size = this.total - this.#starts.pop()!;
    this.sizes[this.#open.pop()!] = size;
    this.#add(uintWidth(size));
  }

  #add(bytes: number): void {
    this.total += bytes;
    this.copied += bytes;
  }
}

export class Writer implements Sink {
  readonly #chunks: Uint8Array[] = [];
  readonly #scratch: Uint8Array;
  readonly #view: DataView;
  readonly #sizes: readonly number[];
  #next = 0;
  #from = 0;
  #pos = 0;

  constructor(sizer: Sizer) {
    this.#scratch = new Uint8Array(sizer.copied);
    this.#view = new DataView(this.#scratch.buffer);
    this.#sizes = sizer.sizes;
  }

  uint(value: number): void {
    let rest = value;
    while (rest >= 0x80) {
      this.#scratch[this.#pos++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.#scratch[this.#pos++] = rest;
  }

  int64(value: Int64): void {
    if (typeof value === 'number' && value >= 0) {
      this.uint(value);
      return;
    }
    let [low, high] = halves(value);
    while (high !== 0 || low >= 0x80) {
      this.#scratch[this.#pos++] = (low & 0x7f) | 0x80;
      low = ((low >>> 7) | (high << 25)) >>> 0;
      high >>>= 7;
    }
    this.#scratch[this.#pos++] = low;
  }

  float(value: number): void {
    this.#view.setFloat32(this.#pos, value, true);
    this.#pos += 4;
  }

  raw(bytes: Uint8Array): void {
    if (bytes.length < viewBytes) {
      this.#scratch.set(bytes, this.#pos);
      this.#pos += bytes.length;
      return;
    }
    this.#flush();
    this.#chunks.push(bytes);
  }

  text(text: string): void {
    const length = utf8Length(text);
    this.uint(length);
    if (length === text.length) {
      for (let at = 0; at < length; at++) this.#scratch[this.#pos++] = text.charCodeAt(at);
    } else {
      this.#scratch.set(encoder.encode(text), this.#pos);
      this.#pos += length;
    }
  }

  begin(): void {
    this.uint(this.#sizes[this.#next++]!);
  }

  end(): void {}

  /** What was written, in order. */
  chunks(): Uint8Array[] {
    this.#flush();
    return this.#chunks;
  }

  #flush(): void {
    if (this.#pos > this.#from) this.#chunks.push(this.#scratch.subarray(this.#from, this.#pos));
    this.#from = this.#pos;
  }
}

/** What a few writes give. They are made twice, so they must be the same both times. */
export function encoded(write: (sink: Sink) => void): Uint8Array[] {
  const sizer = new Sizer();
  write(sizer);
  const writer = new Writer(sizer);
  write(writer);
  return writer.chunks();
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

function uintWidth(value: number): number {
  if (value < 0x80) return 1;
  return varintWidth((value % two32) >>> 0, Math.floor(value / two32));
}

/** The low and high 32 bits of the two's complement. */
function halves(value: Int64): [low: number, high: number] {
  if (typeof value === 'number') return [value >>> 0, Math.floor(value / two32) >>> 0];
  const bits = BigInt.asUintN(64, value);
  return [Number(bits & 0xffffffffn), Number(bits >> 32n)];
}

/** Bytes of a text in UTF-8; a lone surrogate becomes U+FFFD (3 bytes), as TextEncoder writes it. */
function utf8Length(text: string): number {
  let length = text.length;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x80) continue;
    if (code < 0x800) length += 1;
    else if (isPair(text, at)) {
      length += 2;
      at++;
    } else length += 2;
  }
  return length;
}

function isPair(text: string, at: number): boolean {
  const high = text.charCodeAt(at) & 0xfc00;
  return high === 0xd800 && (text.charCodeAt(at + 1) & 0xfc00) === 0xdc00;
}
