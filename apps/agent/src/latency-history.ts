import type { Provenance } from '@selvedge/core/schema';

/** What is expected of a place, and where the figure comes from. */
export interface Prediction {
  readonly predictedMs: number;
  readonly provenance: Provenance;
}

/** How long answers from each place took lately. In memory: a restart begins with estimates. */
export interface LatencyHistory {
  /** Milliseconds from the attempt to its answer. An emulated chip's clock is no measurement. */
  add(place: string, ms: number, provenance: Provenance): void;
  /** The median of what was seen; the estimate while too little was. */
  predict(place: string, estimate: Prediction): Prediction;
}

/** Answers that are remembered of each place. */
const kept = 32;
/** Answers that make a median worth more than an estimate. */
const enough = 3;

export function latencyHistory(): LatencyHistory {
  const places = new Map<string, { ms: number[]; provenance: Provenance }>();
  return {
    add(place, ms, provenance) {
      const seen = places.get(place) ?? { ms: [], provenance };
      places.set(place, { ms: [...seen.ms, ms].slice(-kept), provenance });
    },
    predict(place, estimate) {
      const seen = places.get(place);
      if (!seen || seen.ms.length < enough) return estimate;
      return { predictedMs: median(seen.ms), provenance: seen.provenance };
    },
  };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
