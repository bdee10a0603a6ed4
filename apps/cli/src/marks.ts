import type { Tier } from '@selvedge/core/schema';
import type { Io } from './io.ts';

/** Shape and hue of a tier: a square stays, a hexagon is near, a circle is far; as on the console. */
const tiers: Readonly<Record<Tier, { shape: string; hue: number }>> = {
  device: { shape: '■', hue: 36 },
  edge: { shape: '⬢', hue: 33 },
  cloud: { shape: '⬤', hue: 35 },
};

/** `■ device`: the tier's word with its mark, in its hue where there is colour. */
export function tierMark(tier: Tier, { colour }: Pick<Io, 'colour'>): string {
  const { shape, hue } = tiers[tier];
  return paint(`${shape} ${tier}`, hue, colour);
}

/**
 * The mark of a request that a privacy rule kept where it was: a promise kept, not an error. (The
 * pages draw a shield; no shield is in the fonts of every terminal.)
 */
export const privacyMark = '◈';

/** What stands beside the point of a line. */
export const dim = (text: string, { colour }: Pick<Io, 'colour'>): string =>
  colour ? `\u001b[2m${text}\u001b[22m` : text;

const paint = (text: string, hue: number, colour: boolean): string =>
  colour ? `\u001b[${hue}m${text}\u001b[39m` : text;
