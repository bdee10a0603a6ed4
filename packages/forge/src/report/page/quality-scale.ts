import type { Quality } from '@selvedge/core/release';
import { identicalDb } from '../../measure/index.ts';

/** A variant's quality and its 95% interval, on the metric's own scale. */
export interface ScaledQuality {
  readonly value: number;
  /** From that of the paired difference: the reference itself is taken as it was measured. */
  readonly low: number;
  readonly high: number;
}

/** Powers and dB for snr, differences for everything else. */
export function scaleQuality({ metric, value, reference, interval }: Quality): ScaledQuality {
  if (!interval || reference === null) return { value, low: value, high: value };
  const [better, worse] = interval;
  if (metric !== 'snr')
    return { value, low: within(reference - worse), high: within(reference - better) };
  const before = reference >= identicalDb ? 0 : 10 ** (-reference / 10);
  const decibels = (share: number): number =>
    share <= 10 ** (-identicalDb / 10) ? identicalDb : -10 * Math.log10(share);
  return { value, low: decibels(before + worse), high: decibels(before + better) };
}

/** A share is none beyond nothing and the whole, whatever the interval of a difference to it spans. */
const within = (share: number): number => Math.min(1, Math.max(0, share));

/** Where a bar stands on that scale; undefined where there is none. */
export function barOn(
  { metric, reference }: Quality,
  { min, maxDrop }: { readonly min?: number; readonly maxDrop?: number },
): number | undefined {
  const allowed = maxDrop === undefined || reference === null ? undefined : maxDrop;
  if (metric === 'snr') {
    if (allowed === undefined || reference === null || allowed <= 0) return undefined;
    const before = reference >= identicalDb ? 0 : 10 ** (-reference / 10);
    return -10 * Math.log10(before + allowed);
  }
  const limits = [min, allowed === undefined ? undefined : (reference ?? 0) - allowed];
  const stated = limits.filter((limit) => limit !== undefined);
  return stated.length > 0 ? Math.max(...stated) : undefined;
}
