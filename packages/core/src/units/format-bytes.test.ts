import { expect, it } from 'vitest';
import { formatBytes } from './index.ts';

it.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1.00 kB'],
  [26_454, '26.5 kB'],
  [999_949, '999.9 kB'],
  [999_999, '1.00 MB'],
  [1_234_567, '1.23 MB'],
  [2 ** 31, '2.15 GB'],
])('%i bytes are shown as %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});
