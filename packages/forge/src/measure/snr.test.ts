import type { Tensors } from '@selvedge/infer/engine';
import { describe, expect, it } from 'vitest';
import type { Answer } from './metric.ts';
import { snr } from './snr.ts';

const y = (...values: number[]): Tensors => ({
  y: { type: 'float32', shape: [values.length], data: Float32Array.from(values) },
});

const answer = (outputs: Tensors, more: Partial<Answer> = {}): Answer => ({
  index: 0,
  inputs: {},
  outputs,
  reference: y(3, 4),
  expected: {},
  label: undefined,
  ...more,
});

const powers = (...answers: Answer[]) => answers.map((one) => snr.score(one) as never);

describe('snr', () => {
  it('is the power of the signal over that of the error, in dB', () => {
    const summary = snr.summarise(powers(answer(y(3, 3.5))), powers(answer(y(3, 4))));
    expect(summary.value).toBeCloseTo(20, 10);
    expect(summary.reference).toBe(300);
    expect(summary.drop).toBeCloseTo(0.01, 10);
  });

  it('compares with what is expected where the data set says it', () => {
    const expected = {
      y: { ...y(1, 0).y!, type: 'float64' as const, data: Float64Array.of(1, 0) },
    };
    const before = powers(answer(y(1, 0.1), { expected }));
    const { value, reference, drop } = snr.summarise(
      powers(answer(y(1, 0.2), { expected })),
      before,
    );
    expect(reference).toBeCloseTo(20, 5);
    expect(value).toBeCloseTo(13.979, 3);
    expect(drop).toBeCloseTo(0.03, 6);
  });

  it('takes what only one of two answers found for noise', () => {
    const two = powers(answer(y(3, 4)));
    expect(snr.summarise(powers(answer(y(3))), two)).toMatchObject({ drop: 16 / 25 });
    expect(snr.summarise(powers(answer(y(3, 4, 5))), two)).toMatchObject({ drop: 1 });
  });

  it('has an interval from two samples on', () => {
    const one = powers(answer(y(3, 3.5)));
    expect(snr.summarise(one, one).interval).toBeNull();
    const both = powers(answer(y(3, 3.5)), answer(y(3, 3)));
    expect(snr.summarise(both, both)).toMatchObject({ drop: 0, interval: [0, 0] });
    const two = powers(answer(y(3, 3.5)), answer(y(3, 4.5)));
    expect(snr.summarise(two, powers(answer(y(3, 4)), answer(y(3, 4)))).interval?.[1]).toBeCloseTo(
      0.01,
    );
  });

  it('counts an answer that is not finite as lost, and stays a number', () => {
    const lost = powers(answer(y(Number.NaN, 4)), answer(y(3, Number.POSITIVE_INFINITY)));
    const sound = powers(answer(y(3, 4)), answer(y(3, 4)));
    expect(snr.summarise(lost, sound)).toMatchObject({ value: 0, drop: 1 });
  });

  it.each([
    [
      'what is wanted is not finite',
      answer(y(1, 2), { reference: y(Number.NaN, 1) }),
      'not finite',
    ],
    [
      'an expected output does not exist',
      answer(y(1), { expected: { z: y(1).y! } }),
      'no output z',
    ],
    [
      'an expected output has another size',
      answer(y(1), { expected: y(1, 2) }),
      'the model gives [1]',
    ],
  ])('is refused where %s', (_, bad, message) => {
    expect(() => snr.score(bad)).toThrow(message);
  });

  it('is refused where there is no signal', () => {
    const silence = powers(answer(y(0, 0), { reference: y(0, 0) }));
    expect(() => snr.summarise(silence, silence)).toThrow('every wanted output is zero');
  });
});
