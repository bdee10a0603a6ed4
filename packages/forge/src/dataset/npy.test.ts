import type { Tensor } from '@selvedge/infer/engine';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readNpy, writeNpy } from './npy.ts';
import { formatNpyHeader } from './npy-header.ts';
import { readNpz, writeNpz } from './npz.ts';

/** A file as NumPy would have written it with this header and body. */
function npyFile(header: string, body: Uint8Array, major = 1): Uint8Array {
  const text = new TextEncoder().encode(`${header}\n`);
  const start = major === 1 ? 10 : 12;
  const file = new Uint8Array(start + text.length + body.length);
  file.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, major, 0]);
  if (major === 1) new DataView(file.buffer).setUint16(8, text.length, true);
  else new DataView(file.buffer).setUint32(8, text.length, true);
  file.set(text, start);
  file.set(body, start + text.length);
  return file;
}

const header = (descr: string, shape: string, fortran = 'False'): string =>
  `{'descr': '${descr}', 'fortran_order': ${fortran}, 'shape': ${shape}, }`;

const bytesOf = (array: ArrayBufferView): Uint8Array =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

const shape = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 3 });

const numeric = fc.constantFrom(
  ...([
    ['float32', Float32Array],
    ['float64', Float64Array],
    ['float16', Uint16Array],
    ['bfloat16', Uint16Array],
    ['int8', Int8Array],
    ['uint8', Uint8Array],
    ['int16', Int16Array],
    ['uint16', Uint16Array],
    ['int32', Int32Array],
    ['uint32', Uint32Array],
    ['int64', BigInt64Array],
    ['uint64', BigUint64Array],
    ['bool', Uint8Array],
  ] as const),
);

describe('a .npy file', () => {
  it('gives back any numeric tensor that was written', () => {
    fc.assert(
      fc.property(
        numeric,
        shape,
        fc.infiniteStream(fc.nat(255)),
        ([type, array], sides, random) => {
          const count = sides.reduce((product, side) => product * side, 1);
          const bytes = Uint8Array.from({ length: count * array.BYTES_PER_ELEMENT }, () =>
            type === 'bool' ? Number(random.next().value) & 1 : Number(random.next().value),
          );
          const tensor: Tensor = { type, shape: sides, data: new array(bytes.buffer) };
          const read = readNpy(writeNpy(tensor));
          expect(read.type).toBe(type);
          expect(read.shape).toEqual(sides);
          expect(bytesOf(read.data as Float32Array)).toEqual(bytes);
        },
      ),
    );
  });

  it('gives back any strings that do not end in NUL, which NumPy strips', () => {
    const text = fc
      .string({ unit: 'binary', maxLength: 8 })
      .filter((value) => !value.endsWith('\0'));
    fc.assert(
      fc.property(fc.array(text, { maxLength: 5 }), (data) => {
        const tensor: Tensor = { type: 'string', shape: [data.length], data };
        expect(readNpy(writeNpy(tensor))).toEqual(tensor);
      }),
    );
  });

  it('has its data aligned to 64 bytes, as NumPy writes it', () => {
    fc.assert(
      fc.property(shape, (sides) => {
        expect(formatNpyHeader('<f4', sides).length % 64).toBe(0);
      }),
    );
  });

  it('is read in versions 1, 2 and 3', () => {
    const body = bytesOf(Float32Array.of(1, 2));
    for (const major of [1, 2, 3]) {
      expect(readNpy(npyFile(header('<f4', '(2,)'), body, major)).data).toEqual(
        Float32Array.of(1, 2),
      );
    }
  });

  it('is read in big-endian order', () => {
    const body = Uint8Array.of(0, 1, 0xff, 0xfe);
    expect(readNpy(npyFile(header('>i2', '(2,)'), body)).data).toEqual(Int16Array.of(1, -2));
  });

  it('is read in Fortran order, first index fastest', () => {
    const body = Uint8Array.of(1, 4, 2, 5, 3, 6);
    const read = readNpy(npyFile(header('|u1', '(2, 3)', 'True'), body));
    expect(read.data).toEqual(Uint8Array.of(1, 2, 3, 4, 5, 6));
  });

  it('holds a single value as an array without dimensions', () => {
    const read = readNpy(npyFile(header('<i4', '()'), bytesOf(Int32Array.of(7))));
    expect(read).toEqual({ type: 'int32', shape: [], data: Int32Array.of(7) });
  });

  it('reads byte strings', () => {
    const body = new TextEncoder().encode('ab\0cde');
    expect(readNpy(npyFile(header('|S3', '(2,)'), body)).data).toEqual(['ab', 'cde']);
  });

  it.each([
    ['empty', new Uint8Array(0), 'x.npy is empty'],
    ['something else', new TextEncoder().encode('hello world, this is text'), 'is not a .npy file'],
    [
      'cut in its header',
      npyFile(header('<f4', '(2,)'), new Uint8Array(0)).subarray(0, 30),
      'header',
    ],
    [
      'cut in its data',
      npyFile(header('<f4', '(2,)'), new Uint8Array(7)),
      '7 bytes of data, expected 8',
    ],
    [
      'of Python objects',
      npyFile(header('|O', '(1,)'), new Uint8Array(8)),
      "'|O' cannot be a tensor",
    ],
    ['of complex numbers', npyFile(header('<c8', '(1,)'), new Uint8Array(8)), "'<c8' cannot be"],
    [
      'structured',
      npyFile(
        `{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }`,
        new Uint8Array(4),
      ),
      'structured',
    ],
    ['of a later version', npyFile(header('<f4', '(1,)'), new Uint8Array(4), 4), 'version 4'],
  ])('that is %s is refused in one line', (_, bytes, message) => {
    expect(() => readNpy(bytes, 'x.npy')).toThrow(message);
  });

  it('never fails with anything but bad-dataset, whatever bytes it holds', () => {
    const good = npyFile(header('<f4', '(2, 3)'), new Uint8Array(24));
    const damage = fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), {
      minLength: 1,
      maxLength: 6,
    });
    fc.assert(
      fc.property(damage, fc.nat(good.length), (edits, length) => {
        const bytes = good.slice(0, length);
        for (const [at, byte] of edits) bytes[at] = byte;
        try {
          readNpy(bytes);
        } catch (caught) {
          expect(caught).toMatchObject({ code: 'bad-dataset' });
        }
      }),
    );
  });
});

describe('an .npz file', () => {
  it('gives back the tensors that were written, by name', () => {
    const tensors: Record<string, Tensor> = {
      image: { type: 'uint8', shape: [2, 2], data: Uint8Array.of(1, 2, 3, 4) },
      'a/b:0': { type: 'float32', shape: [1], data: Float32Array.of(0.5) },
    };
    expect(readNpz(writeNpz(tensors))).toEqual(tensors);
  });

  it('has the same bytes for the same tensors', () => {
    const tensors = { x: { type: 'int8' as const, shape: [1], data: Int8Array.of(1) } };
    expect(writeNpz(tensors)).toEqual(writeNpz(tensors));
  });

  it('that is not one is refused', () => {
    expect(() => readNpz(Uint8Array.of(1, 2, 3), 'x.npz')).toThrow('x.npz is not an .npz file');
    expect(() => readNpz(new Uint8Array(0), 'x.npz')).toThrow('x.npz is empty');
  });
});
