import { fail } from '@selvedge/core/errors';
import type { ElementType } from '@selvedge/core/schema';
import { layoutOf, type NumericData } from './element-types.ts';
import type { Tensor, TensorData } from './port.ts';

/** Number of elements of a shape; 1 for a scalar. */
export function elementCount(shape: readonly number[]): number {
  let count = 1;
  for (const size of shape) count *= size;
  return count;
}

/**
 * Makes a tensor after checking that data, type and shape agree.
 *
 * @throws SelvedgeError `bad-input`
 */
export function makeTensor(type: ElementType, shape: readonly number[], data: TensorData): Tensor {
  const tensor: Tensor = { type, shape, data };
  const fault = tensorFault(tensor);
  if (fault) fail('bad-input', `tensor: ${fault}`);
  return tensor;
}

/** What is wrong with a tensor in itself, or undefined: size against shape, array against type. */
export function tensorFault(tensor: Tensor): string | undefined {
  const { type, shape, data } = tensor;
  if (!shape.every((size) => Number.isSafeInteger(size) && size >= 0)) {
    return `the shape [${shape}] holds something else than sizes`;
  }
  const layout = layoutOf(type);
  if (!layout && !Array.isArray(data)) return 'strings must come as a list';
  if (layout && !(data instanceof (layout.array as unknown as new () => object))) {
    return `${type} must come as ${layout.array.name}`;
  }
  const wanted = elementCount(shape);
  if (data.length !== wanted) {
    return `${data.length} elements where the shape [${shape}] takes ${wanted}`;
  }
  return undefined;
}

/** A tensor of zeros, or of empty strings. */
export function zeros(type: ElementType, shape: readonly number[]): Tensor {
  const count = elementCount(shape);
  const layout = layoutOf(type);
  return {
    type,
    shape,
    data: layout ? new layout.array(count) : new Array<string>(count).fill(''),
  };
}

/**
 * The tensor's bytes, little-endian, as a view where it has numbers. Every platform that runs
 * JavaScript engines of today is little-endian, so no byte is swapped. Strings are written as a
 * 32-bit length and UTF-8 each, which is also the form of OIP's binary extension.
 */
export function tensorBytes(tensor: Tensor): Uint8Array {
  if (tensor.type === 'string') return stringsToBytes(tensor.data as readonly string[]);
  const { buffer, byteOffset, byteLength } = tensor.data as NumericData;
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/**
 * The inverse of {@link tensorBytes}: a view of `bytes` where their alignment allows it, else a copy.
 *
 * @throws SelvedgeError `bad-input` when the number of bytes does not fit the shape.
 */
export function tensorFromBytes(
  type: ElementType,
  shape: readonly number[],
  bytes: Uint8Array,
): Tensor {
  const count = elementCount(shape);
  const layout = layoutOf(type);
  if (!layout) return { type, shape, data: stringsFromBytes(bytes, count) };
  if (bytes.byteLength !== count * layout.bytes) {
    fail(
      'bad-input',
      `${bytes.byteLength} bytes where ${type} [${shape}] takes ${count * layout.bytes}`,
    );
  }
  // Not `slice`: of a Buffer that is a view again.
  const aligned = bytes.byteOffset % layout.bytes === 0 ? bytes : new Uint8Array(bytes);
  return { type, shape, data: new layout.array(aligned.buffer, aligned.byteOffset, count) };
}

function stringsToBytes(strings: readonly string[]): Uint8Array {
  const encoder = new TextEncoder();
  const parts = strings.map((text) => encoder.encode(text));
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + 4 + part.length, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const part of parts) {
    view.setUint32(at, part.length, true);
    bytes.set(part, at + 4);
    at += 4 + part.length;
  }
  return bytes;
}

function stringsFromBytes(bytes: Uint8Array, count: number): string[] {
  const decoder = new TextDecoder();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const strings: string[] = [];
  let at = 0;
  while (at + 4 <= bytes.length && strings.length < count) {
    const length = view.getUint32(at, true);
    if (at + 4 + length > bytes.length) break;
    strings.push(decoder.decode(bytes.subarray(at + 4, at + 4 + length)));
    at += 4 + length;
  }
  if (strings.length !== count || at !== bytes.length) {
    fail('bad-input', `the bytes do not hold exactly ${count} strings`);
  }
  return strings;
}
