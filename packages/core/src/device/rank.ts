import type { Latency, ReleaseVariant } from '../release/documents.ts';
import { burdenPartsAmong, estimate, estimateOn } from './estimate.ts';
import { qualityOf } from './fit.ts';
import type { ComputeUnit, Profile } from './profile.ts';
import type { RankedVariant } from './selection.ts';

/** A hundredth of quality weighs as much as half again the time. */
const qualityWeight = 50;
/** What is not known to be good counts as two hundredths worse than the worst that is known. */
const unknownDrop = 0.02;
/** Bytes break ties: a quarter of the bytes is worth 3% of time. */
const bytesWeight = 0.02;

/**
 * Orders variants that fit by the least sum of burden (see {@link burdenPartsAmong}), missing quality
 * and bytes; equal scores by id. Where every variant has one, latencies measured on this very target
 * replace what the profile predicts; or else what the forge predicted for it, which knows what of
 * the graph the accelerator leaves to the CPU.
 */
export function rank(variants: readonly ReleaseVariant[], profile: Profile): RankedVariant[] {
  const told = latenciesHere(variants, profile);
  const predicted = variants.map((variant, at) => predict(variant, profile, told?.[at]));
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

function predict(variant: ReleaseVariant, profile: Profile, told: Latency | undefined): Predicted {
  const { id, precision, workload, bytes } = variant;
  // A variant that fits runs somewhere: `misfit` has checked its precision.
  const own = estimate(workload, profile, precision)!;
  const main = unitTold(told, profile);
  const here = (main && estimateOn(main, workload, profile, precision)) ?? own;
  // Energy that was told belongs to the time that was told; a measured time has the predicted one.
  const energyMj =
    told?.energyMj ?? (main && main.kind !== own.unit.kind ? undefined : own.energyMj);
  const quality = provenQuality(variant);
  return {
    variant: id,
    precision,
    predictedMs: told?.p50Ms ?? own.ms,
    provenance: told?.provenance ?? own.provenance,
    unit: main ? { kind: main.kind, provider: main.provider } : own.unit,
    ...(told?.on?.slice(1).includes('cpu') && { restOnCpu: true }),
    bound: here.bound,
    ...(energyMj !== undefined && { energyMj }),
    memoryBytes: workload.peakMemoryBytes,
    bytes,
    ...(quality !== undefined && { quality }),
  };
}

/** The unit that does most of it, where the forge said so. */
function unitTold(told: Latency | undefined, { units }: Profile): ComputeUnit | undefined {
  return units.find(({ kind }) => kind === told?.on?.[0]);
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

/** What the release says of this target: of the best kind that it has of every variant. */
function latenciesHere(
  variants: readonly ReleaseVariant[],
  { target }: Profile,
): readonly Latency[] | undefined {
  if (target === undefined) return undefined;
  const here = variants.map(({ latency }) => latency.filter((one) => one.target === target));
  const kinds: readonly ((one: Latency) => boolean)[] = [
    ({ runs }) => runs > 0,
    ({ on }) => on !== undefined,
  ];
  for (const isKind of kinds) {
    const found = here.flatMap((all) => all.find(isKind) ?? []);
    if (found.length === variants.length) return found;
  }
  return undefined;
}

/** Penalty per quality missing to the best. Where no variant's quality is known, none has any. */
function qualityPenalty(all: readonly Predicted[]): (quality: number | undefined) => number {
  const known = all.flatMap(({ quality }) => quality ?? []);
  if (known.length === 0) return () => 0;
  const best = Math.max(...known);
  const unknown = Math.min(...known) - unknownDrop;
  return (quality = unknown) => qualityWeight * (best - quality);
}
