import type { ElementType } from '@selvedge/core/schema';
import * as fc from 'fast-check';
import { elementCount, layoutOf, type Tensor, tensorFromBytes } from './index.ts';

const types: ElementType[] = [
  ...(['float32', 'float64', 'float16', 'bfloat16', 'bool', 'string'] as const),
  ...(['int8', 'uint8', 'int16', 'uint16', 'int32', 'uint32', 'int64', 'uint64'] as const),
];

/** Tensors of every type and of few elements, with every bit pattern; booleans are 0 and 1. */
export const anyTensor: fc.Arbitrary<Tensor> = fc
  .record({
    type: fc.constantFrom(...types),
    shape: fc.array(fc.nat({ max: 4 }), { maxLength: 4 }),
  })
  .chain(({ type, shape }) => {
    const count = elementCount(shape);
    if (type === 'string') {
      return fc
        .array(fc.string({ unit: 'grapheme' }), { minLength: count, maxLength: count })
        .map((data) => ({ type, shape, data }));
    }
    const length = count * layoutOf(type)!.bytes;
    return fc
      .uint8Array({ minLength: length, maxLength: length, max: type === 'bool' ? 1 : 255 })
      .map((bytes) => tensorFromBytes(type, shape, bytes));
  });
