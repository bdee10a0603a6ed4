import type { Kernels } from '../../release/documents.ts';
import { type LatencyTerms, latencyTerms } from './latency-terms.ts';

/** Coefficients fitted to published latencies of one device, runtime and precision. */
export interface Calibration {
  /** What a unit of a profile names, with the precision: `snapdragon-8-elite-gen-5-onnx`. */
  readonly id: string;
  readonly precision: string;
  readonly device: string;
  readonly runtime: string;
  /** Bytes of an element. */
  readonly width: 1 | 2;
  /** Milliseconds per unit of each term. A term that is not there costs nothing. */
  readonly coefficients: Readonly<Record<string, number>>;
  /** Networks of this device, runtime and precision that it was fitted to. */
  readonly networks: number;
  /** Median relative error on networks that were held out. */
  readonly medianError: number;
  /** Times the prediction: the bounds that held 90% of the latencies of held-out networks. */
  readonly low: number;
  readonly high: number;
}

/** Milliseconds of one inference, by a calibration. */
export interface CalibratedTime {
  readonly ms: number;
  readonly computeMs: number;
  readonly memoryMs: number;
  readonly overheadMs: number;
}

/** Predicts one inference: the sum of terms times coefficients. */
export function calibratedTime(
  { coefficients, width }: Pick<Calibration, 'coefficients' | 'width'>,
  kernels: Kernels,
): CalibratedTime {
  const time = { computeMs: 0, memoryMs: 0, overheadMs: 0 };
  for (const [term, amount] of latencyTerms(kernels, width)) {
    const ms = (coefficients[term] ?? 0) * amount;
    time[partOf(term)] += ms;
  }
  return { ms: time.computeMs + time.memoryMs + time.overheadMs, ...time };
}

/** What a term spends its time on. */
function partOf(term: string): 'computeMs' | 'memoryMs' | 'overheadMs' {
  if (term === 'start' || term.endsWith(' kernels')) return 'overheadMs';
  return term.endsWith(' macs') ? 'computeMs' : 'memoryMs';
}

export type { LatencyTerms };
