import type { Latency, ReleaseVariant } from '../release/documents.ts';
import { burdenPartsAmong, type Estimate, estimate, estimateOn } from './estimate.ts';
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
 * and bytes; equal scores by id. Latencies measured on this very target replace what is predicted
 * when every variant has one.
 */
export function rank(variants: readonly ReleaseVariant[], profile: Profile): RankedVariant[] {
  const measured = variants.map((variant) => toldOf(variant, profile, ({ runs }) => runs > 0));
  const useMeasured = measured.every((latency) => latency !== undefined);
  const predicted = variants.map((variant, at) =>
    predict(variant, profile, useMeasured ? measured[at] : undefined),
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
  measured: Latency | undefined,
): Predicted {
  const { id, workload, bytes, precision } = variant;
  const { ms, energyMj, unit, bound, provenance, restOnCpu } = predictHere(variant, profile);
  const quality = provenQuality(variant);
  return {
    variant: id,
    precision,
    predictedMs: measured?.p50Ms ?? ms,
    provenance: measured?.provenance ?? provenance,
    unit,
    ...(restOnCpu && { restOnCpu }),
    bound,
    ...(energyMj !== undefined && { energyMj }),
    memoryBytes: workload.peakMemoryBytes,
    bytes,
    ...(quality !== undefined && { quality }),
  };
}

type Here = Pick<Estimate, 'ms' | 'energyMj' | 'unit' | 'bound' | 'provenance'> &
  Pick<RankedVariant, 'restOnCpu'>;

/**
 * By the profile, but for what the forge knows of the graph and the profile cannot: a variant that
 * this target's accelerator leaves to the CPU is estimated there, and one that is divided between
 * the two takes what the forge said.
 */
function predictHere(variant: ReleaseVariant, profile: Profile): Here {
  const { workload, precision } = variant;
  // A variant that fits runs somewhere: `misfit` has checked its precision.
  const alone = estimate(workload, profile, precision)!;
  const told = toldOf(variant, profile, ({ on }) => on !== undefined);
  if (told?.on === undefined || alone.unit.kind === 'cpu') return alone;
  const { on, p50Ms: ms, energyMj, provenance } = told;
  if (!on.includes('cpu')) return alone;
  const known = { ms, provenance, ...(energyMj !== undefined && { energyMj }) };
  if (on.length > 1) return { ...known, unit: alone.unit, bound: alone.bound, restOnCpu: true };
  const cpu = profile.units.find(({ kind }) => kind === 'cpu');
  const there =
    cpu &&
    (estimateOn(cpu, workload, profile, precision) ?? estimateOn(cpu, workload, profile, 'fp32'));
  return there ?? alone;
}

/** What the release says of this very target. */
const toldOf = (
  { latency }: ReleaseVariant,
  { target }: Profile,
  isWanted: (one: Latency) => boolean,
): Latency | undefined =>
  target === undefined ? undefined : latency.find((one) => one.target === target && isWanted(one));

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

/** Penalty per quality missing to the best. Where no variant's quality is known, none has any. */
function qualityPenalty(all: readonly Predicted[]): (quality: number | undefined) => number {
  const known = all.flatMap(({ quality }) => quality ?? []);
  if (known.length === 0) return () => 0;
  const best = Math.max(...known);
  const unknown = Math.min(...known) - unknownDrop;
  return (quality = unknown) => qualityWeight * (best - quality);
}
