import { expect, it } from 'vitest';
import { unitsOf } from './units.ts';

const sequence = (...restarts: number[]) => ({ feeds: {}, initial: {}, constants: {}, restarts });

it('samples without a sequence stand alone', () => {
  expect(unitsOf(5, undefined)).toBeUndefined();
});

it('a sequence is cut into blocks of about √n samples, and never across a restart', () => {
  expect(unitsOf(9, sequence())).toEqual([0, 0, 0, 1, 1, 1, 2, 2, 2]);
  expect(unitsOf(9, sequence(4))).toEqual([0, 0, 0, 1, 2, 2, 2, 3, 3]);
});
