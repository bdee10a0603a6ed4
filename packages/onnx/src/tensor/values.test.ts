import { isSelvedgeError } from '@selvedge/core/errors';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeTensor } from '../build/index.ts';
import { make } from '../wire/index.ts';
import { byteLength, dataTypes } from './data-type.ts';
import { checkTensor, elementCount, integerValues, tensorValues } from './values.ts';

const varints = (...numbers: number[]): Uint8Array =>
  Uint8Array.from(
    numbers.flatMap((number) => {
      const bytes: number[] = [];
      let rest = BigInt.asUintN(64, BigInt(number));
      for (; rest >= 128n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
      return [...bytes, Number(rest)];
    }),
  );
const failing = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (isSelvedgeError(error)) return `${error.code}: ${error.message}`;
    throw error;
  }
  return 'nothing';
};

describe('the elements of a tensor', () => {
  it('are the same from raw_data and from the typed field of their type', () => {
    const typed = (type: keyof typeof dataTypes, fields: object) =>
      tensorValues(make('TensorProto', { dims: [2], dataType: dataTypes[type], ...fields }));
    expect(typed('int8', { int32Data: varints(-1, 5) })).toEqual(Int8Array.of(-1, 5));
    expect(typed('uint16', { int32Data: varints(65535, 5) })).toEqual(Uint16Array.of(65535, 5));
    expect(typed('float16', { int32Data: varints(0x3c00, 0) })).toEqual(Uint16Array.of(0x3c00, 0));
    expect(typed('bool', { int32Data: varints(1, 0) })).toEqual(Uint8Array.of(1, 0));
    expect(typed('int32', { int32Data: varints(-7, 7) })).toEqual(Int32Array.of(-7, 7));
    expect(typed('int64', { int64Data: varints(-7, 2 ** 40) })).toEqual(
      BigInt64Array.of(-7n, 2n ** 40n),
    );
    expect(typed('uint32', { uint64Data: varints(2 ** 32 - 1, 1) })).toEqual(
      Uint32Array.of(2 ** 32 - 1, 1),
    );
    const floats = new Uint8Array(Float32Array.of(1.5, -2).buffer);
    expect(typed('float32', { floatData: floats })).toEqual(Float32Array.of(1.5, -2));
    expect(typed('string', { stringData: [Uint8Array.of(97), Uint8Array.of()] })).toEqual([
      'a',
      '',
    ]);
  });

  it('come back from makeTensor', () => {
    fc.assert(
      fc.property(fc.float32Array({ maxLength: 30 }), (data) => {
        expect(tensorValues(makeTensor('t', [data.length], data))).toEqual(data);
      }),
    );
  });

  it('take as many bytes as ONNX packs them into', () => {
    expect(byteLength('int4', 5)).toBe(3);
    expect(byteLength('uint2', 5)).toBe(2);
    expect(byteLength('float4e2m1', 4)).toBe(2);
    expect(byteLength('complex128', 2)).toBe(32);
    const int4 = makeTensor('w', [3], Uint8Array.of(0x21, 0x03), 'int4');
    expect(tensorValues(int4)).toEqual(Uint8Array.of(0x21, 0x03));
  });

  it('of a scalar is one, of a shape with a zero none', () => {
    expect(elementCount(make('TensorProto', { dims: [] }))).toBe(1);
    expect(elementCount(make('TensorProto', { dims: [4, 0, 2] }))).toBe(0);
    expect(integerValues(makeTensor('i', [2], BigInt64Array.of(3n, -1n)))).toEqual([3, -1]);
  });
});

describe('a tensor that lies about itself', () => {
  it('is a bad model, named, and takes no memory for what it claims', () => {
    const claim = { name: 'w', dims: [2 ** 26, 2 ** 20], dataType: dataTypes.int64 };
    expect(failing(() => tensorValues(make('TensorProto', claim)))).toBe(
      `bad-model: tensor w holds fewer than ${2 ** 46} elements`,
    );
    expect(
      failing(() => elementCount(make('TensorProto', { ...claim, dims: [2 ** 40, 2 ** 40] }))),
    ).toBe('bad-model: tensor w has more elements than can be counted');
    expect(failing(() => elementCount(make('TensorProto', { ...claim, dims: [-2] })))).toContain(
      'dimension -2',
    );
    const short = { name: 'w', dims: [3], dataType: dataTypes.float32, rawData: new Uint8Array(8) };
    expect(failing(() => tensorValues(make('TensorProto', short)))).toBe(
      'bad-model: tensor w holds 8 bytes, its shape needs 12',
    );
    expect(failing(() => tensorValues(make('TensorProto', { ...short, dataType: 99 })))).toContain(
      'unknown data type 99',
    );
  });

  it.each([
    [{ dataType: dataTypes.float32, rawData: new Uint8Array(8) }, 'holds 8 bytes, its shape needs'],
    [{ dataType: dataTypes.float32, floatData: new Uint8Array(8) }, 'holds 8 bytes'],
    [{ dataType: dataTypes.int64, floatData: new Uint8Array(12) }, 'holds fewer than 3 elements'],
    [{ dataType: dataTypes.int4, int32Data: varints(1) }, 'holds fewer than 2 elements'],
    [{ dataType: dataTypes.int4, int32Data: varints(1, 2) }, 'nothing'],
    [{ dataType: dataTypes.float64, rawData: new Uint8Array(24) }, 'nothing'],
    [{ dataType: dataTypes.int64, dataLocation: 1 }, 'nothing'],
    [{ dataType: 99 }, 'nothing'],
  ])('is found out without unpacking it: %o', (fields, said) => {
    const tensor = make('TensorProto', { name: 'w', dims: [3], ...fields });
    expect(failing(() => checkTensor(tensor))).toContain(said);
  });

  it('is refused by makeTensor already', () => {
    expect(failing(() => makeTensor('w', [3], new Float32Array(2)))).toContain(
      '2 elements do not fill [3] of float32',
    );
  });
});
