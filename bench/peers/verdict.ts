import type { BenchResult } from '../bench.ts';
import { median } from '../codec-peer.ts';

/** How one model went: ratios are ours divided by the peer's. */
export interface Compared {
  /** Mean over the samples held out: right answers, or dB; and the half width of its 95% interval. */
  readonly accuracy: { readonly own: number; readonly peer: number; readonly margin: number };
  readonly isShare: boolean;
  readonly bytes: number;
  readonly wall: number;
  readonly work: number;
  readonly memory: number;
  readonly peerMiB: number;
}

/** A comparison; or why there is none: the forge failed where the peer did not, or the peer did. */
export type Outcome = Compared | { readonly failed: string } | { readonly leftOut: string };

export interface Bounds {
  /**
   * Memory has to be less where the peer takes so many MiB or more; what both runtimes take before
   * any work is another question. Default 0.
   */
  readonly memoryFromMiB?: number;
}

export function describe(outcome: Outcome): string {
  if ('failed' in outcome) return `FAILED: ${outcome.failed}`;
  if ('leftOut' in outcome) return `not compared: ${outcome.leftOut}`;
  const { accuracy, isShare, bytes, wall, work, memory } = outcome;
  const show = (value: number) => (isShare ? value.toFixed(4) : `${value.toFixed(1)} dB`);
  const ratios = Object.entries({ bytes, wall, work, memory })
    .map(([name, value]) => `${name} ×${value.toFixed(2)}`)
    .join(', ');
  return `${isAccurate(outcome) ? '' : 'LESS ACCURATE '}${show(accuracy.own)} (peer ${show(accuracy.peer)}), ${ratios}`;
}

/**
 * Signal to noise has to be at least equal, but for the last bits of two orders of adding (fp16 of
 * the same nodes differs by thousandths of a dB); a share of right answers, as far as pairs can tell.
 */
const isAccurate = ({ accuracy: { own, peer, margin }, isShare }: Compared): boolean =>
  own - peer >= (isShare ? -margin : -0.01);

/** The goal holds when it does on every model that could be compared, and the forge failed on none. */
export function verdictOf(
  outcomes: readonly Outcome[],
  { memoryFromMiB = 0 }: Bounds,
): BenchResult {
  const compared = outcomes.filter((outcome) => 'accuracy' in outcome);
  const failed = outcomes.filter((outcome) => 'failed' in outcome).length;
  if (compared.length === 0)
    return { figures: { failed }, ratio: 0, ok: false, note: 'no model could be compared' };
  const heavy = compared.filter(({ peerMiB }) => peerMiB >= memoryFromMiB);
  const figures = {
    models: compared.length,
    notCompared: outcomes.length - compared.length - failed,
    failed,
    lessAccurate: compared.filter((entry) => !isAccurate(entry)).length,
    ...decibelsMore(compared),
    ...middleAndLargest(compared, 'Bytes'),
    ...middleAndLargest(compared, 'Wall'),
    ...middleAndLargest(compared, 'Memory'),
  };
  const misses = [
    failed > 0 && `a conversion (${failed} failed)`,
    figures.lessAccurate > 0 && 'accuracy',
    figures.largestBytesOfPeer > 1.02 && 'size',
    figures.largestWallOfPeer >= 1 && 'time',
    heavy.some(({ memory }) => memory >= 1) && 'memory',
  ].filter((miss) => miss !== false);
  return {
    figures,
    ratio: 1 / figures.medianWallOfPeer,
    ok: misses.length === 0,
    note:
      `the ratio is the peer's whole process over the forge's, the median of ${compared.length} models; ` +
      (misses.length === 0
        ? `accuracy, size and time hold on all, memory on ${memoryHolds(compared, heavy, memoryFromMiB)}`
        : `missed on some model: ${misses.join(', ')}`),
  };
}

function memoryHolds(
  compared: readonly Compared[],
  heavy: readonly Compared[],
  memoryFromMiB: number,
): string {
  const light = compared.filter((entry) => !heavy.includes(entry));
  if (light.length === 0) return 'all';
  const most = Math.max(...light.map(({ memory }) => memory));
  return (
    `the ${heavy.length} on which the peer takes ${memoryFromMiB} MiB or more; ` +
    `on the other ${light.length} the forge takes up to ×${most.toFixed(2)}`
  );
}

function decibelsMore(compared: readonly Compared[]): Record<string, number> {
  const more = compared
    .filter(({ isShare }) => !isShare)
    .map(({ accuracy }) => accuracy.own - accuracy.peer);
  if (more.length === 0) return {};
  return { medianDecibelsMore: median(more), leastDecibelsMore: Math.min(...more) };
}

function middleAndLargest<Name extends 'Bytes' | 'Wall' | 'Memory'>(
  compared: readonly Compared[],
  name: Name,
) {
  const values = compared.map((entry) => entry[name.toLowerCase() as Lowercase<Name>]);
  return {
    [`median${name}OfPeer`]: median(values),
    [`largest${name}OfPeer`]: Math.max(...values),
  } as Record<`${'median' | 'largest'}${Name}OfPeer`, number>;
}

/** Nothing is known of the goal: it is neither met nor missed. */
export const notMeasured = (reason: string): BenchResult => ({
  figures: {},
  ratio: 1,
  ok: true,
  notMeasured: reason,
  note: reason,
});
