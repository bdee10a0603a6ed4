import type { Kernels } from '../../release/documents.ts';
import { type LatencyTerms, latencyTerms } from './latency-terms.ts';
import { type KernelMix, kernelMix, similarityOf } from './similarity.ts';

/** Coefficients fitted to published latencies of one device, runtime and precision. */
export interface Calibration {
  /** What a unit of a profile names, with the precision: `snapdragon-8-elite-gen-5-onnx`. */
  readonly id: string;
  readonly precision: string;
  readonly device: string;
  readonly runtime: string;
  /** Milliseconds per unit of each term. A term that is not there costs nothing. */
  readonly coefficients: Readonly<Record<string, number>>;
  /**
   * What the sum of terms misses, learnt from networks whose latencies are known: the similarity to
   * each times its weight adds up to the logarithm of a factor. How far similarity reaches is one
   * value for all ({@link KnownNetworks}).
   */
  readonly weights: Readonly<Record<string, number>>;
  /** Networks of this device, runtime and precision that it was fitted to. */
  readonly networks: number;
  /** Median relative error on networks that were held out. */
  readonly medianError: number;
  /** Times the prediction: the bounds that held 90% of the latencies of held-out networks. */
  readonly low: number;
  readonly high: number;
}

/** Networks whose latencies are known, as others are compared with them. */
export interface KnownNetworks {
  readonly reach: number;
  readonly mixes: Readonly<Record<string, KernelMix>>;
}

/** Milliseconds of one inference, by a calibration. */
export interface CalibratedTime {
  readonly ms: number;
  readonly computeMs: number;
  readonly memoryMs: number;
  readonly overheadMs: number;
}

/** Predicts one inference: the sum of terms times coefficients, times what similar networks show. */
export function calibratedTime(
  { coefficients, weights }: Pick<Calibration, 'coefficients' | 'weights'>,
  kernels: Kernels,
  known: KnownNetworks,
): CalibratedTime {
  const time = { computeMs: 0, memoryMs: 0, overheadMs: 0 };
  const factor = similarityFactor(weights, kernels, known);
  for (const [term, amount] of latencyTerms(kernels)) {
    const ms = (coefficients[term] ?? 0) * amount * factor;
    time[partOf(term)] += ms;
  }
  return { ms: time.computeMs + time.memoryMs + time.overheadMs, ...time };
}

function similarityFactor(
  weights: Calibration['weights'],
  kernels: Kernels,
  { mixes, reach }: KnownNetworks,
): number {
  const mix = kernelMix(kernels);
  let log = 0;
  for (const [network, other] of Object.entries(mixes))
    log += (weights[network] ?? 0) * similarityOf(mix, other, reach);
  return Math.exp(log);
}

/** What a term spends its time on. */
function partOf(term: string): 'computeMs' | 'memoryMs' | 'overheadMs' {
  if (term === 'start' || term.endsWith(' kernels')) return 'overheadMs';
  return term.endsWith(' macs') ? 'computeMs' : 'memoryMs';
}

export type { LatencyTerms };
