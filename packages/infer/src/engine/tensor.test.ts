import type { ElementType } from '@selvedge/core/schema';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyTensor } from './any-tensor.fixture.ts';
import {
  bfloat16Bits,
  bfloat16Value,
  elementCount,
  float16Bits,
  float16Value,
  isElementType,
  layoutOf,
  makeTensor,
  type Tensor,
  tensorBytes,
  tensorFromBytes,
  validateTensors,
  zeros,
} from './index.ts';

describe('a tensor', () => {
  it('goes to bytes and back unchanged, at any alignment, whatever holds the bytes', () => {
    fc.assert(
      fc.property(anyTensor, fc.nat({ max: 9 }), fc.boolean(), (tensor, offset, inBuffer) => {
        const bytes = tensorBytes(tensor);
        const shifted = new Uint8Array(offset + bytes.length);
        shifted.set(bytes, offset);
        const moved = inBuffer
          ? Buffer.from(shifted.buffer, offset, bytes.length)
          : shifted.subarray(offset);
        expect(tensorFromBytes(tensor.type, tensor.shape, moved)).toEqual(tensor);
      }),
    );
  });

  it('looks at aligned bytes instead of copying them', () => {
    const bytes = new Uint8Array(16);
    const { data } = tensorFromBytes('float32', [4], bytes);
    expect((data as Float32Array).buffer).toBe(bytes.buffer);
  });

  it('is one element without dimensions, none with a zero among them', () => {
    expect([elementCount([]), elementCount([3, 0, 2]), elementCount([3, 2])]).toEqual([1, 0, 6]);
    expect(zeros('string', [2])).toEqual({ type: 'string', shape: [2], data: ['', ''] });
    expect(zeros('int64', []).data).toEqual(new BigInt64Array(1));
  });

  it.each([
    ['float32', [2], new Float32Array(3), '3 elements where the shape [2] takes 2'],
    ['float32', [2], new Float64Array(2), 'float32 must come as Float32Array'],
    ['float16', [1], new Float32Array(1), 'float16 must come as Uint16Array'],
    ['string', [1], new Uint8Array(1), 'strings must come as a list'],
    ['uint8', [-1], new Uint8Array(1), 'the shape [-1] holds something else than sizes'],
  ] as const)('of %s %j from other data is refused', (type, shape, data, words) => {
    expect(() => makeTensor(type, shape, data)).toThrow(words);
  });

  it.each([
    ['float32', [2], 7, '7 bytes where float32 [2] takes 8'],
    ['string', [2], 7, 'do not hold exactly 2 strings'],
  ] as const)('of %s %j from another number of bytes is refused', (type, shape, length, words) => {
    expect(() => tensorFromBytes(type, shape, new Uint8Array(length))).toThrow(words);
  });

  it('knows its element types', () => {
    expect(isElementType('float16')).toBe(true);
    expect(isElementType('constructor')).toBe(false);
    expect(layoutOf('string')).toBeUndefined();
  });
});

describe('16-bit floats', () => {
  it('give every binary16 back from its value', () => {
    for (let bits = 0; bits < 65_536; bits += 1) {
      const value = float16Value(bits);
      if (Number.isNaN(value)) expect(Number.isNaN(float16Value(float16Bits(value)))).toBe(true);
      else if (float16Bits(value) !== bits) expect.fail(`${bits} came back ${float16Bits(value)}`);
    }
  });

  it('round as the platform does, to nearest, ties to even', () => {
    const platform = new (
      globalThis as unknown as { Float16Array: typeof Float32Array }
    ).Float16Array(1);
    const value = fc.oneof(
      fc.double({ min: -70_000, max: 70_000 }),
      fc.double({ min: -1e-4, max: 1e-4 }),
      fc.nat({ max: 65_535 }).map((bits) => (float16Value(bits) + float16Value(bits + 1)) / 2),
    );
    fc.assert(
      fc.property(value, (x) => {
        platform[0] = x;
        expect(float16Value(float16Bits(x))).toEqual(platform[0]);
      }),
      { numRuns: 5_000 },
    );
  });

  it('keep the upper half of binary32 as bfloat16', () => {
    for (const value of [0, -0, 1, -2.5, 3.3895313892515355e38, Number.POSITIVE_INFINITY]) {
      expect(bfloat16Value(bfloat16Bits(value))).toBe(value);
    }
    expect(bfloat16Value(bfloat16Bits(1.00390625))).toBe(1);
    expect(bfloat16Value(bfloat16Bits(1.01171875))).toBe(1.015625);
    expect(bfloat16Value(bfloat16Bits(Number.NaN))).toBeNaN();
  });
});

describe('inputs', () => {
  const type: ElementType = 'float32';
  const specs = [
    { name: 'a', type, shape: ['batch', 2] },
    { name: 'b', type, shape: [null, 'batch'] },
  ];
  const of = (...shape: number[]): Tensor => zeros('float32', shape);

  it('fit where every dimension does, and a name means one size', () => {
    expect(() => validateTensors({ a: of(3, 2), b: of(9, 3) }, specs)).not.toThrow();
  });

  it.each([
    [{ a: of(3, 2) }, 'input "b" is missing: expected float32 [?, batch]'],
    [{ a: of(3, 2), b: of(1, 3), c: of(1) }, 'input "c": the model has no such input'],
    [{ a: of(3, 2), b: of(1, 4) }, 'input "b" has batch = 4 where "a" has 3'],
    [{ a: of(3, 1), b: of(1, 3) }, 'input "a" has shape [3,1]: expected float32 [batch, 2]'],
    [{ a: zeros('int8', [3, 2]), b: of(1, 3) }, 'input "a" is int8'],
  ])('are refused by name: %#', (inputs, words) => {
    expect(() => validateTensors(inputs as Record<string, Tensor>, specs)).toThrow(words);
  });
});
