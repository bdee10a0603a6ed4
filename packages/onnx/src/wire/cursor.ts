import { fail } from '@selvedge/core/errors';
import type { Int64 } from './messages.ts';

/** How deep messages may nest: the default of protobuf's own C++ parser, which ONNX Runtime uses. */
export const depthLimit = 100;

const two32 = 4294967296;
const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

/** Reads protobuf's primitives from a range of a file. Never reads past `end`. */
export class Cursor {
  readonly bytes: Uint8Array;
  /** For messages: which file this is. */
  readonly source: string;
  readonly #buffer: ArrayBufferLike;
  readonly #offset: number;
  #view: DataView | undefined;
  pos = 0;
  end: number;
  /** Set by {@link varint}: the low and high 32 bits, and its bytes (11: with bits past the 64th). */
  low = 0;
  high = 0;
  width = 0;
  /** Set by {@link text}: whether encoding it again may give other bytes. */
  lossy = false;
  /** Values of lists that are being read, `top` of them: a list is made when its length is known. */
  readonly stack: unknown[] = [];
  top = 0;

  constructor(bytes: Uint8Array, source: string) {
    // A plain array: subclasses (Node's Buffer) change what `slice` and `subarray` mean.
    this.bytes = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.source = source;
    this.end = bytes.length;
    this.#buffer = bytes.buffer;
    this.#offset = bytes.byteOffset;
  }

  /**
   * Reads one varint into `low`, `high` and `width`. Bits past the 64th are dropped, as protobuf
   * implementations do.
   */
  varint(): void {
    const { bytes, end } = this;
    const start = this.pos;
    let pos = start;
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      if (pos >= end) this.damaged('a number is cut off', start);
      const byte = bytes[pos++]!;
      const part = byte & 0x7f;
      if (shift < 28) low |= part << shift;
      else if (shift === 28) {
        low |= part << 28;
        high = part >>> 4;
      } else if (shift < 63) high |= part << (shift - 32);
      else high |= (part & 1) << 31;
      if (byte < 0x80) {
        this.low = low >>> 0;
        this.high = high >>> 0;
        this.width = shift === 63 && part > 1 ? 11 : pos - start;
        this.pos = pos;
        return;
      }
    }
    this.damaged('a number is longer than 10 bytes', start);
  }

  /** A field's tag: `number << 3 | wire type`. */
  tag(): number {
    const start = this.pos;
    const byte = this.bytes[start]!;
    if (byte < 0x80 && start < this.end) {
      this.pos = start + 1;
      this.width = 1;
      if (byte < 8) this.damaged('a field has the number 0', start);
      return byte;
    }
    this.varint();
    if (this.high !== 0 || this.low >>> 3 === 0)
      this.damaged('a field has an impossible number', start);
    return this.low;
  }

  /** Moves past the next tag if it is this one, in one byte. */
  repeats(tag: number): boolean {
    if (this.pos >= this.end || this.bytes[this.pos] !== tag || tag >= 0x80) return false;
    this.pos++;
    return true;
  }

  /** A length prefix; checks that as many bytes are left. */
  length(): number {
    const start = this.pos;
    const byte = this.bytes[start]!;
    if (byte < 0x80 && start < this.end) {
      this.pos = start + 1;
      this.low = byte;
      this.high = 0;
      this.width = 1;
    } else this.varint();
    const length = this.high * two32 + this.low;
    const left = this.end - this.pos;
    if (length > left) this.damaged(`${length} bytes are announced and ${left} are left`, start);
    return length;
  }

  /** Whether the last varint was written the shortest way. */
  get shortest(): boolean {
    return this.width === varintWidth(this.low, this.high);
  }

  /** The list of what was put on the stack since its top was at `base`. */
  list<T>(base: number): readonly T[] {
    const { stack, top } = this;
    this.top = base;
    // A literal where that will do: it costs half of a slice.
    if (top === base + 1) return [stack[base] as T];
    if (top === base + 2) return [stack[base] as T, stack[base + 1] as T];
    return stack.slice(base, top) as T[];
  }

  /** Moves past a fixed-size value and returns where it began. */
  skip(size: number): number {
    const start = this.pos;
    if (size > this.end - start)
      this.damaged(`${size} bytes are expected and ${this.end - start} are left`, start);
    this.pos = start + size;
    return start;
  }

  /** Moves past the value of a record whose tag was just read. Groups may nest up to `depthLimit`. */
  skipValue(tag: number): void {
    const start = this.pos;
    const groups: number[] = [];
    for (let current = tag; ; current = this.tag()) {
      const wire = current & 7;
      if (wire === 0) this.varint();
      else if (wire === 1) this.skip(8);
      else if (wire === 5) this.skip(4);
      else if (wire === 2) this.skip(this.length());
      else if (wire === 3) groups.push(current >>> 3);
      else if (wire === 4 && groups.length > 0) {
        if (groups.pop() !== current >>> 3) this.damaged('a group ends that did not begin', start);
      } else this.damaged(`a field has the impossible wire type ${wire}`, start);
      if (groups.length === 0) return;
      if (groups.length > depthLimit)
        this.damaged(`groups are nested deeper than ${depthLimit}`, start);
    }
  }

  float(): number {
    this.#view ??= new DataView(this.#buffer, this.#offset, this.bytes.length);
    return this.#view.getFloat32(this.skip(4), true);
  }

  /** A part of the file, not copied. (`subarray` does the same in twice the time.) */
  view(start: number, end: number): Uint8Array {
    return new Uint8Array(this.#buffer, this.#offset + start, end - start);
  }

  /** The last varint as a signed 64-bit integer. */
  int64(): Int64 {
    return toInt64(this.low, this.high);
  }

  /** UTF-8. Where bytes are not valid UTF-8 they become U+FFFD and `lossy` is set. */
  text(length: number): string {
    const start = this.pos;
    this.pos = start + length;
    this.lossy = false;
    if (length <= shortText) {
      const text = ascii(this.bytes, start, this.pos);
      if (text !== undefined) return text;
    }
    const text = utf8.decode(this.view(start, this.pos));
    this.lossy = text.includes('\ufffd');
    return text;
  }

  /** @throws SelvedgeError `bad-model` naming the file, the place and what was found. */
  damaged(what: string, at = this.pos): never {
    fail('bad-model', `${this.source}: not a whole ONNX file: at byte ${at} ${what}`, {
      hint: 'check that the file is an ONNX model and was copied completely',
      details: { file: this.source, byte: at },
    });
  }
}

/** Longer text takes the decoder no longer than this way. */
const shortText = 40;

/** Letters of a text of each length, filled in anew for each: arguments that need no array of their own. */
const letters = Array.from({ length: shortText + 1 }, (_, length) =>
  new Array<number>(length).fill(0),
);

/**
 * Short ASCII; `undefined` where a byte is not ASCII. All letters at once: a text that is put
 * together from pieces stays in pieces, several times its size.
 */
function ascii(bytes: Uint8Array, start: number, end: number): string | undefined {
  const codes = letters[end - start]!;
  let union = 0;
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!;
    union |= byte;
    codes[at - start] = byte;
  }
  return union < 0x80 ? String.fromCharCode.apply(String, codes) : undefined;
}

/** Two's complement: a number where it is exact, else a bigint. */
export function toInt64(low: number, high: number): Int64 {
  if (high === 0) return low;
  const value = (high | 0) * two32 + low;
  return Number.isSafeInteger(value)
    ? value
    : BigInt.asIntN(64, (BigInt(high) << 32n) | BigInt(low));
}

/** How many bytes the shortest varint of a 64-bit value takes. */
export function varintWidth(low: number, high: number): number {
  if (high === 0) {
    if (low < 0x80) return 1;
    if (low < 0x4000) return 2;
    if (low < 0x200000) return 3;
    if (low < 0x10000000) return 4;
    return 5;
  }
  if (high < 0x8) return 5;
  if (high < 0x400) return 6;
  if (high < 0x20000) return 7;
  if (high < 0x1000000) return 8;
  return high < 0x80000000 ? 9 : 10;
}
