import { expect, it } from 'vitest';
import { paretoFront } from './pareto-front.ts';
import type { BuiltVariant } from './schema.ts';

const variant = (
  id: string,
  bytes: number,
  p50Ms: number,
  value: number | null,
  status = 'pass',
): BuiltVariant =>
  ({ id, bytes, status, latency: { p50Ms }, quality: value && { value } }) as BuiltVariant;

it('the front holds what nothing else beats in size, time and quality together', () => {
  const variants = [
    variant('large', 40, 2, 0.99),
    variant('small', 10, 3, 0.98),
    variant('beaten', 20, 4, 0.97),
    variant('fast', 30, 1, 0.9),
    variant('cheap but failing', 1, 1, 0.99, 'fail'),
    variant('not measured', 1, 1, null, 'unproven'),
  ];
  expect(paretoFront(variants)).toEqual(['large', 'small', 'fast']);
});

it('equals are on it together, and without a measured quality there is none', () => {
  expect(paretoFront([variant('a', 1, 1, 0.5), variant('b', 1, 1, 0.5)])).toEqual(['a', 'b']);
  expect(paretoFront([variant('a', 1, 1, null)])).toBeUndefined();
});

it('a difference in time within the intervals of the medians decides nothing', () => {
  const timed = (id: string, bytes: number, p50Ms: number, spread: number) => {
    const one = variant(id, bytes, p50Ms, 0.9);
    const latency = { ...one.latency!, lowMs: p50Ms - spread, highMs: p50Ms + spread };
    return { ...one, latency };
  };
  expect(paretoFront([timed('small', 10, 1.02, 0.05), timed('large', 20, 1, 0.05)])).toEqual([
    'small',
  ]);
  expect(paretoFront([timed('small', 10, 1.2, 0.05), timed('large', 20, 1, 0.05)])).toEqual([
    'small',
    'large',
  ]);
});
