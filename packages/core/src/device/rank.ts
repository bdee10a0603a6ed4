import type { ReleaseVariant } from '../release/documents.ts';
import type { Provenance } from '../schema/index.ts';
import { burdenPartsAmong, estimate } from './estimate.ts';
import { qualityOf } from './fit.ts';
import type { Profile } from './profile.ts';
import type { RankedVariant } from './selection.ts';

/** A hundredth of quality weighs as much as half again the time. */
const qualityWeight = 50;
/** What is not known to be good counts as two hundredths worse than the worst that is known. */
const unknownDrop = 0.02;
/** Bytes break ties: a quarter of the bytes is worth 3% of time. */
const bytesWeight = 0.02;

/**
 * Orders variants that fit by the least sum of burden (see {@link burdenPartsAmong}), missing quality
 * and bytes; equal scores by id. Latencies measured on this very target replace estimates when
 * every variant has one.
 */
export function rank(variants: readonly ReleaseVariant[], profile: Profile): RankedVariant[] {
  const measured = variants.map((variant) => latencyHere(variant, profile));
  const useMeasured = measured.every((latency) => latency !== undefined);
  const predicted = variants.map((variant, i) =>
    predict(variant, profile, useMeasured ? measured[i] : undefined),
  );
  const burden = burdenPartsAmong(predicted.map(burdenTerms));
  const penalty = qualityPenalty(predicted);
  return predicted
    .map((one) => {
      const quality = penalty(one.quality);
      const bytes = bytesWeight * Math.log1p(one.bytes);
      const parts = { ...burden(burdenTerms(one)), quality, bytes };
      return { ...one, parts, score: parts.time + parts.energy + quality + bytes };
    })
    .sort((a, b) => a.score - b.score || (a.variant < b.variant ? -1 : 1));
}

type Predicted = Omit<RankedVariant, 'parts' | 'score'>;

const burdenTerms = ({ predictedMs: ms, energyMj }: Predicted) => ({
  ms,
  ...(energyMj !== undefined && { energyMj }),
});

function predict(
  variant: ReleaseVariant,
  profile: Profile,
  measured: Measured | undefined,
): Predicted {
  const { id, precision, workload, bytes } = variant;
  // A variant that fits runs somewhere: `misfit` has checked its precision.
  const predicted = estimate(workload, profile, precision)!;
  const quality = provenQuality(variant);
  return {
    variant: id,
    precision,
    predictedMs: measured?.ms ?? predicted.ms,
    provenance: measured?.provenance ?? predicted.provenance,
    unit: predicted.unit,
    bound: predicted.bound,
    ...(predicted.energyMj !== undefined && { energyMj: predicted.energyMj }),
    memoryBytes: workload.peakMemoryBytes,
    bytes,
    ...(quality !== undefined && { quality }),
  };
}

/**
 * The quality that the measurement proves: the reference's, where the 95% interval of the
 * difference to it holds zero, so that noise does not choose a variant.
 */
function provenQuality(variant: ReleaseVariant): number | undefined {
  const { reference, interval } = variant.quality ?? {};
  const value = qualityOf(variant);
  if (value === undefined || reference == null || interval == null) return value;
  const [low, high] = interval;
  return low <= 0 && high >= 0 ? reference : value;
}

interface Measured {
  readonly ms: number;
  readonly provenance: Provenance;
}

function latencyHere({ latency }: ReleaseVariant, { target }: Profile): Measured | undefined {
  const found = latency.find(
    (one) => one.target !== undefined && one.target === target && one.provenance !== 'estimated',
  );
  return found && { ms: found.p50Ms, provenance: found.provenance };
}

/** Penalty per quality missing to the best. Where no variant's quality is known, none has any. */
function qualityPenalty(all: readonly Predicted[]): (quality: number | undefined) => number {
  const known = all.flatMap(({ quality }) => quality ?? []);
  if (known.length === 0) return () => 0;
  const best = Math.max(...known);
  const unknown = Math.min(...known) - unknownDrop;
  return (quality = unknown) => qualityWeight * (best - quality);
}
