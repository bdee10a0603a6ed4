import type { Release, ReleaseVariant } from '../release/documents.ts';
import type { Provenance, Tier } from '../schema/index.ts';
import { burdenAmong, type Estimate, estimate } from './estimate.ts';
import { misfit, qualityOf, type SelectionBar, type VariantRejection } from './fit.ts';
import type { LiveState, Profile } from './profile.ts';

/** A variant that fits, with what it is predicted to cost here. Lower score is better. */
export interface RankedVariant {
  readonly variant: string;
  readonly precision: string;
  readonly predictedMs: number;
  /** Of `predictedMs`: measured or calibrated on this target, or estimated from its figures. */
  readonly provenance: Provenance;
  readonly unit: Estimate['unit'];
  readonly bound: Estimate['bound'];
  readonly energyMj?: number;
  /** Peak memory, bytes. */
  readonly memoryBytes: number;
  /** What a device fetches and keeps, bytes. */
  readonly bytes: number;
  readonly quality?: number;
  readonly score: number;
}

/** Which variant a device takes, and why not each other one. */
export interface Selection {
  /** The id of the variant; absent when none fits. */
  readonly chosen?: string;
  /** One sentence for people. */
  readonly reason: string;
  /** All that fit, best first. */
  readonly ranked: readonly RankedVariant[];
  readonly rejected: readonly VariantRejection[];
}

/** A hundredth of quality weighs as much as half again the time. */
const qualityWeight = 50;
/** What is not known to be good counts as two hundredths worse than the worst that is known. */
const unknownDrop = 0.02;
/** Bytes break ties: a quarter of the bytes is worth 3% of time. */
const bytesWeight = 0.02;

/**
 * Chooses the variant of a release for a device: hard constraints first (tier, target, engine,
 * opset, precision, memory, storage, quality bar), then the least sum of burden (see
 * {@link burdenAmong}), missing quality and bytes. A pure function of its arguments; no
 * figure but the profile's and the release's enters. Latencies measured on this very target
 * replace estimates when every fitting variant has one. Equal scores are ordered by id.
 *
 * @param live only `freeMemoryBytes` counts: a choice must not change with the battery.
 */
export function selectVariant(
  release: Pick<Release, 'family' | 'version' | 'variants'>,
  tier: Tier,
  profile: Profile,
  live: LiveState = {},
  bar: SelectionBar = {},
): Selection {
  const place = { tier, profile, live, bar };
  const rejected: VariantRejection[] = [];
  const fitting: ReleaseVariant[] = [];
  for (const variant of release.variants) {
    const rejection = misfit(variant, place);
    if (rejection) rejected.push(rejection);
    else fitting.push(variant);
  }
  const ranked = rank(fitting, profile);
  const [first, second] = ranked;
  if (first === undefined) return { reason: whyNone(release, rejected), ranked, rejected };
  return { chosen: first.variant, reason: whyFirst(first, second), ranked, rejected };
}

type Predicted = Omit<RankedVariant, 'score'>;

function rank(variants: readonly ReleaseVariant[], profile: Profile): RankedVariant[] {
  const measured = variants.map((variant) => latencyHere(variant, profile));
  const useMeasured = measured.every((latency) => latency !== undefined);
  const predicted = variants.map((variant, i) =>
    predict(variant, profile, useMeasured ? measured[i] : undefined),
  );
  const weigh = burdenAmong(predicted.map(({ predictedMs: ms, energyMj }) => terms(ms, energyMj)));
  const penalty = qualityPenalty(predicted);
  return predicted
    .map((one) => ({
      ...one,
      score:
        weigh(terms(one.predictedMs, one.energyMj)) +
        penalty(one.quality) +
        bytesWeight * Math.log1p(one.bytes),
    }))
    .sort((a, b) => a.score - b.score || (a.variant < b.variant ? -1 : 1));
}

const terms = (ms: number, energyMj: number | undefined) => ({
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
  const quality = qualityOf(variant);
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

function whyFirst(first: RankedVariant, second: RankedVariant | undefined): string {
  const behind =
    second === undefined
      ? 'no other fits'
      : `${second.variant} is behind with ${drawbacks(second, first)}`;
  return `${describe(first)}; ${behind}`;
}

function describe({
  variant,
  predictedMs,
  provenance,
  unit,
  bound,
  energyMj,
}: RankedVariant): string {
  const through = unit.kind === unit.provider ? '' : ` (${unit.provider})`;
  const energy = energyMj === undefined ? '' : ` and ${figure(energyMj)} mJ`;
  return `${variant} takes ${figure(predictedMs)} ms${energy} on the ${unit.kind}${through}, ${provenance}, bound by ${bound}`;
}

/** What the second lacks to the first, the weightiest two. */
function drawbacks(second: RankedVariant, first: RankedVariant): string {
  const points = 100 * ((first.quality ?? 0) - (second.quality ?? first.quality ?? 0));
  const merits = [
    [Math.log(second.predictedMs / first.predictedMs), `${figure(second.predictedMs)} ms`],
    [
      Math.log((second.energyMj ?? 1) / (first.energyMj ?? 1)) / 2,
      `${figure(second.energyMj ?? 0)} mJ`,
    ],
    [(qualityWeight * points) / 100, `${figure(points)} points less quality`],
    [
      bytesWeight * (Math.log1p(second.bytes) - Math.log1p(first.bytes)),
      `${kilobytes(second.bytes)} instead of ${kilobytes(first.bytes)}`,
    ],
  ] as const;
  const telling = merits.filter(([weight]) => weight > 0.001).sort(([a], [b]) => b - a);
  return (
    telling
      .map(([, text]) => text)
      .slice(0, 2)
      .join(', ') || 'nothing but its name'
  );
}

function whyNone(
  release: Pick<Release, 'family' | 'version'>,
  rejected: readonly VariantRejection[],
): string {
  const reasons = rejected.map(({ variant, reason }) => `${variant}: ${reason}`).join('; ');
  return `no variant of ${release.family} ${release.version} fits (${reasons})`;
}

/** Three significant digits. */
const figure = (value: number) => String(Number(value.toPrecision(3)));

const kilobytes = (bytes: number) => `${figure(bytes / 1000)} kB`;
