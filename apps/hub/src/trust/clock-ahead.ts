import type { Repository } from '@selvedge/core/trust';

/** Days between two timestamps of one hub that need no owner's word. */
const mostDays = 30;

/**
 * Why the clock is not believed, or undefined. Devices remember the newest `issued` that they
 * have verified and refuse a clock more than a day behind it: one timestamp from a hub whose clock
 * is a year ahead for a minute would lock the whole fleet for that year.
 */
export function clockAhead({ timestamp }: Repository, now: Date): string | undefined {
  const { issued } = timestamp.signed;
  if (issued === undefined) return undefined;
  const days = Math.floor((now.getTime() - Date.parse(issued)) / (24 * 3600 * 1000));
  if (days < mostDays) return undefined;
  return `this machine's clock is ${days} days ahead of the last timestamp, issued ${issued}: none is signed`;
}
