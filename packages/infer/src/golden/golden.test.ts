import type { Golden } from '@selvedge/core/release';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyTensor } from '../engine/any-tensor.fixture.ts';
import { makeTensor, type Session, type Tensor, type Tensors } from '../engine/index.ts';
import { checkGolden, compareTensors, decodeInlineTensor, encodeInlineTensor } from './index.ts';

const floats = (...values: number[]): Tensor =>
  makeTensor('float32', [1, values.length], new Float32Array(values));

/** A session that answers these. */
const answering = (outputs: Tensors): Session => ({
  inputs: [],
  outputs: [],
  run: async () => ({ outputs, computeMs: 0, provenance: 'measured' }),
  close: async () => {},
});

function golden(outputs: Tensors, tolerance: Golden['tolerance'] = {}): Golden {
  const inline = Object.entries(outputs).map(([name, one]) => [name, encodeInlineTensor(one)]);
  return {
    apiVersion: 'selvedge.dev/v1',
    kind: 'Golden',
    cases: [{ inputs: { x: encodeInlineTensor(floats(1)) }, outputs: Object.fromEntries(inline) }],
    tolerance,
  };
}

describe('an inline tensor', () => {
  it('goes into JSON and back unchanged', () => {
    fc.assert(
      fc.property(anyTensor, (tensor) => {
        const json = JSON.parse(JSON.stringify(encodeInlineTensor(tensor)));
        expect(decodeInlineTensor(json)).toEqual(tensor);
      }),
    );
  });

  it('that is damaged is refused by name', () => {
    const whole = encodeInlineTensor(floats(1, 2));
    for (const data of ['!!!', 'AAAA', ['a', 'b']]) {
      expect(() => decodeInlineTensor({ ...whole, data }, 'input "x"')).toThrow(/^input "x": /);
    }
    expect(() => decodeInlineTensor({ ...whole, data: 'AAAA' })).toThrowError(
      expect.objectContaining({ code: 'bad-document' }),
    );
  });
});

describe('an output against its golden one', () => {
  const tolerance = { absolute: 0.1, relative: 0.01 };

  it('passes up to |y − g| ≤ absolute + relative·|g|, and says how close it came', () => {
    expect(compareTensors(floats(10.15), floats(10), tolerance)).toMatchObject({ ok: true });
    const far = compareTensors(floats(1, 10.3), floats(1, 10), tolerance);
    expect(far).toMatchObject({ ok: false, worst: expect.closeTo(1.5, 2) });
    expect(far.message).toMatch(/^element 1 is 10\.3.*, golden 10 ± 0\.2/);
  });

  it('is exact without a tolerance', () => {
    expect(compareTensors(floats(1), floats(1))).toMatchObject({ ok: true, worst: 0 });
    expect(compareTensors(floats(1 + 2 ** -23), floats(1)).ok).toBe(false);
  });

  it('passes NaN only for NaN, and an infinity only for itself', () => {
    const odd = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
    for (const y of odd) {
      for (const g of odd) {
        expect(compareTensors(floats(y), floats(g), tolerance).ok).toBe(Object.is(y, g));
      }
    }
  });

  it('decides by arg-max per sample where that is asked for', () => {
    const two = (...values: number[]) => makeTensor('float32', [2, 2], new Float32Array(values));
    const wide = { absolute: 1, relative: 0, argmax: true };
    expect(compareTensors(two(1, 2, 4, 3), two(1.2, 1.9, 4, 3), wide).ok).toBe(true);
    expect(compareTensors(two(1, 2, 3, 4), two(1, 2, 4, 3), wide)).toMatchObject({
      ok: false,
      message: 'sample 1 has another arg-max',
    });
  });

  it('has the same type and shape, and equal strings', () => {
    expect(compareTensors(floats(1, 2), floats(1)).message).toContain('has shape [1,2]');
    const [a, b] = [makeTensor('string', [1], ['a']), makeTensor('string', [1], ['b'])];
    expect(compareTensors(floats(1), a).message).toBe('is float32, not string');
    expect(compareTensors(a, a).ok).toBe(true);
    expect(compareTensors(a, b)).toMatchObject({ ok: false, message: 'element 0 differs' });
  });

  it('reads 16-bit floats as numbers', () => {
    const half = (bits: number) => makeTensor('float16', [1], new Uint16Array([bits]));
    expect(compareTensors(half(0x3c01), half(0x3c00), { absolute: 0.001, relative: 0 }).ok).toBe(
      true,
    );
    expect(compareTensors(half(0x3c02), half(0x3c00), { absolute: 0.001, relative: 0 }).ok).toBe(
      false,
    );
  });
});

describe('a golden document', () => {
  it('is answered', async () => {
    expect(await checkGolden(answering({ y: floats(1) }), golden({ y: floats(1) }))).toEqual({
      ok: true,
      worst: 0,
      message: '1 golden case answered',
    });
  });

  it.each([
    ['a wrong value', { y: floats(2) }, /golden case 0, output "y": element 0 is 2, golden 1/],
    ['no such output', { z: floats(1) }, /the model does not give it/],
    ['another shape', { y: floats(1, 1) }, /has shape/],
  ])('is not answered by %s', async (_, outputs, words) => {
    const result = await checkGolden(
      answering(outputs as unknown as Tensors),
      golden({ y: floats(1) }),
    );
    expect(result).toMatchObject({ ok: false, message: expect.stringMatching(words) });
  });

  it('that compares nothing proves nothing', async () => {
    expect(await checkGolden(answering({}), golden({}))).toMatchObject({ ok: false });
  });

  it('passes on what the engine throws', async () => {
    const broken: Session = { ...answering({}), run: () => Promise.reject(new Error('crashed')) };
    await expect(checkGolden(broken, golden({ y: floats(1) }))).rejects.toThrow('crashed');
  });
});
