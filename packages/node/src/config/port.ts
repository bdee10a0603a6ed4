import { fail } from '@selvedge/core/errors';

/**
 * A TCP port as an option gives it; 0 lets the system choose.
 * @throws SelvedgeError `usage` naming the option
 */
export function parsePort(text: string, option: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port <= 65_535) return port;
  return fail('usage', `${option} is "${text}"`, { hint: 'give a port between 0 and 65535' });
}
