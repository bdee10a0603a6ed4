import { fail } from '@selvedge/core/errors';
import type { ElementType } from '@selvedge/core/schema';
import type { TensorData } from '@selvedge/infer/engine';

/** A NumPy dtype (numpy.org/doc/stable/reference/arrays.interface.html) as an element type. */
export interface Dtype {
  readonly type: ElementType;
  readonly itemBytes: number;
  readonly bigEndian: boolean;
  /** How a string element is stored: fixed-width UCS-4 (`U`) or bytes (`S`). */
  readonly text?: 'ucs4' | 'bytes';
}

const numeric: Readonly<Record<string, ElementType>> = {
  f2: 'float16',
  f4: 'float32',
  f8: 'float64',
  i1: 'int8',
  i2: 'int16',
  i4: 'int32',
  i8: 'int64',
  u1: 'uint8',
  u2: 'uint16',
  u4: 'uint32',
  u8: 'uint64',
  b1: 'bool',
  // NumPy has no bfloat16; ml_dtypes arrays are saved as two opaque bytes.
  V2: 'bfloat16',
};

const kinds = Object.fromEntries(Object.entries(numeric).map(([kind, type]) => [type, kind]));

/**
 * Reads a `descr` such as `<f4` or `|u1`.
 * @throws SelvedgeError `bad-dataset` for pickled objects, structured and other types
 */
export function parseDescr(descr: string, file: string): Dtype {
  const match = /^([<>|=]?)([a-zA-Z])(\d*)$/.exec(descr);
  const [, order = '', kind = '', size = ''] = match ?? [];
  const bigEndian = order === '>';
  const type = numeric[kind + size];
  if (type) return { type, itemBytes: Number(size), bigEndian };
  if (kind === 'U') return { type: 'string', itemBytes: 4 * Number(size), bigEndian, text: 'ucs4' };
  if (kind === 'S') return { type: 'string', itemBytes: Number(size), bigEndian, text: 'bytes' };
  return fail('bad-dataset', `${file}: element type '${descr}' cannot be a tensor`, {
    hint:
      kind === 'O'
        ? 'save the array with a numeric or string dtype instead of Python objects'
        : 'expected a float, integer, bool or string dtype',
    details: { file, descr },
  });
}

/** The `descr` that {@link parseDescr} reads back; strings need the longest one's code points. */
export function formatDescr(type: ElementType, data: TensorData): string {
  if (type === 'string') return `<U${Math.max(1, longest(data as readonly string[]))}`;
  const kind = kinds[type] as string;
  return `${kind.endsWith('1') ? '|' : '<'}${kind}`;
}

const longest = (texts: readonly string[]): number =>
  texts.reduce((most, text) => Math.max(most, [...text].length), 0);
