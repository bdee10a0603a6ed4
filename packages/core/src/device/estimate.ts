import type { Kernels, Workload } from '../release/documents.ts';
import type { Provenance } from '../schema/index.ts';
import { type Calibration, calibratedTime } from './latency/calibration.ts';
import {
  calibrationOf,
  knownNetworks,
  processorBounds,
  rooflineBounds,
} from './latency/calibration-of.ts';
import type { ComputeUnit, Profile } from './profile.ts';

/** What one inference is predicted to take on one unit. */
export interface Estimate {
  readonly ms: number;
  /** Meant for nine in ten models; what held is in docs/latency-model.md and docs/latency-processors.md. */
  readonly lowMs: number;
  readonly highMs: number;
  /** Median relative error on models held out, where it was calibrated. */
  readonly medianError?: number;
  /** Time of the arithmetic alone, and of moving weights and activations alone. By the roofline they overlap; calibrated, they add up. */
  readonly computeMs: number;
  readonly memoryMs: number;
  /** Starting the run and dispatching its operators. */
  readonly overheadMs: number;
  /** The largest of the three. */
  readonly bound: 'compute' | 'memory' | 'overhead';
  /** Millijoules, where the unit's power is known. */
  readonly energyMj?: number;
  readonly unit: Pick<ComputeUnit, 'kind' | 'provider'>;
  readonly provenance: Provenance;
}

/** Where a profile does not say. Of the size that the catalogue calibrates for processors. */
const assumedCosts = { efficiency: 0.4, startUs: 20, dispatchUs: 2 } as const;

/**
 * Predicts one inference with the roofline model (Williams, Waterman, Patterson, CACM 52(4), 2009)
 * and a per-operator overhead:
 * `ms = max(2·macs / (tops·efficiency), bytes moved / bandwidth) + start + nodes·dispatch`.
 * Of the units that run the precision the one with the least {@link burdenAmong} is taken.
 * Undefined when no unit runs it.
 */
export function estimate(
  workload: Workload,
  profile: Profile,
  precision: string,
): Estimate | undefined {
  const each = profile.units.flatMap(
    (unit) => estimateOn(unit, workload, profile, precision) ?? [],
  );
  const weigh = burdenAmong(each);
  return each.reduce<Estimate | undefined>(
    (best, one) => (best === undefined || weigh(one) < weigh(best) ? one : best),
    undefined,
  );
}

/**
 * {@link estimate} on one unit. Where the unit names a calibration and the workload's kernels are
 * known, the fitted model takes the roofline's place. Undefined when the unit does not run the
 * precision.
 */
export function estimateOn(
  unit: ComputeUnit,
  workload: Workload,
  profile: Pick<Profile, 'memory'>,
  precision: string,
): Estimate | undefined {
  const tops = unit.tops[precision];
  if (!unit.precisions.includes(precision) || !tops) return undefined;
  const calibration = calibrationOf(unit, precision);
  const timed =
    calibration && workload.kernels
      ? calibratedParts(calibration, workload.kernels)
      : {
          ...rooflineParts(unit, workload, profile, precision, tops),
          ...(unit.kind === 'cpu' ? processorBounds : rooflineBounds),
          provenance: 'estimated' as const,
        };
  const { ms, computeMs, memoryMs, overheadMs, low, high, ...known } = timed;
  const busyMs = ms - overheadMs;
  const energy =
    unit.watts === undefined
      ? {}
      : { energyMj: unit.watts * busyMs + (unit.waitWatts ?? unit.watts) * overheadMs };
  return {
    ms,
    lowMs: ms * low,
    highMs: ms * high,
    computeMs,
    memoryMs,
    overheadMs,
    bound: overheadMs >= busyMs ? 'overhead' : computeMs >= memoryMs ? 'compute' : 'memory',
    ...energy,
    unit: { kind: unit.kind, provider: unit.provider },
    ...known,
  };
}

function calibratedParts(calibration: Calibration, kernels: Kernels) {
  const { low, high, medianError } = calibration;
  const provenance = 'calibrated' as const;
  const time = calibratedTime(calibration, kernels, knownNetworks);
  return { ...time, low, high, medianError, provenance };
}

function rooflineParts(
  unit: ComputeUnit,
  workload: Workload,
  profile: Pick<Profile, 'memory'>,
  precision: string,
  tops: number,
) {
  const { efficiency, startUs, dispatchUs } = { ...assumedCosts, ...unit };
  const moved = movedBytes(unit, workload) * (unit.expands?.[precision] ?? 1);
  const bandwidth = unit.bandwidth ?? profile.memory.bandwidth;
  const computeMs = (2 * workload.macs) / (tops * efficiency * 1e9);
  const memoryMs = moved === 0 || bandwidth === 0 ? 0 : (moved / bandwidth) * 1e3;
  const overheadMs = (startUs + workload.nodes * dispatchUs) / 1e3;
  return { ms: Math.max(computeMs, memoryMs) + overheadMs, computeMs, memoryMs, overheadMs };
}

/** With memory of its own a unit keeps activations there, and the weights that fit. */
function movedBytes({ onChipBytes }: ComputeUnit, workload: Workload): number {
  const { weightBytes, activationBytes } = workload;
  if (onChipBytes === undefined) return weightBytes + activationBytes;
  return Math.max(0, weightBytes - onChipBytes);
}

/** What {@link burdenPartsAmong} weighs: milliseconds and, where known, millijoules. */
export type BurdenTerms = Pick<Estimate, 'ms' | 'energyMj'>;

/** What time and energy each add to the burden of an inference. */
export interface Burden {
  readonly time: number;
  readonly energy: number;
}

/**
 * How much an inference burdens the device; only differences among `all` mean something.
 * `ln(1 + ms) + ½·ln(mJ)`: below a millisecond latency hardly matters to anybody, above it ratios
 * do; energy always adds up. Where the energy of any is unknown, time alone counts for all.
 */
export function burdenPartsAmong(all: readonly BurdenTerms[]): (one: BurdenTerms) => Burden {
  const known = all.every(({ energyMj }) => energyMj !== undefined);
  return ({ ms, energyMj = 0 }) => ({
    time: Math.log1p(ms),
    energy: known ? Math.log(Math.max(energyMj, 1e-9)) / 2 : 0,
  });
}

/** The sum of {@link burdenPartsAmong}. */
export function burdenAmong(all: readonly BurdenTerms[]): (one: BurdenTerms) => number {
  const parts = burdenPartsAmong(all);
  return (one) => {
    const { time, energy } = parts(one);
    return time + energy;
  };
}
