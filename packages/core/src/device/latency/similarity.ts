import type { Kernels } from '../../release/documents.ts';

/**
 * What networks are compared by: the roots of the shares of each class of kernels in the arithmetic
 * and in what is moved, so that distances of shares are Hellinger's, and logarithms of sizes. Only
 * what is not zero is there.
 */
export type KernelMix = Readonly<Record<string, number>>;

/** A size that is twice another's counts this much of a distance: shares differ by √2 at most. */
const perDoubling = 0.12;

export function kernelMix(kernels: Kernels): KernelMix {
  const all = Object.entries(kernels);
  const mix: Record<string, number> = {};
  for (const amount of ['macs', 'elements', 'weights', 'nodes'] as const) {
    const total = all.reduce((sum, [, work]) => sum + work[amount], 0);
    mix[amount] = perDoubling * Math.log2(1 + total);
    if (amount !== 'macs' && amount !== 'elements') continue;
    for (const [kernel, work] of all)
      if (work[amount] > 0) mix[`${kernel} ${amount}`] = Math.sqrt(work[amount] / total);
  }
  return mix;
}

/**
 * How alike two networks are, from 1 for the same to 0: `exp(−d² / 2·reach²)` of the distance of
 * their mixes.
 */
export function similarityOf(a: KernelMix, b: KernelMix, reach: number): number {
  let squares = 0;
  for (const key in a) squares += (a[key]! - (b[key] ?? 0)) ** 2;
  for (const key in b) if (!(key in a)) squares += b[key]! ** 2;
  return Math.exp(-squares / (2 * reach ** 2));
}
