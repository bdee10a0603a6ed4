import {
  type ComputeUnit,
  estimate,
  expectationOn,
  type Likeness,
  looksLike,
  type Profile,
} from '@selvedge/core/device';
import type { RunResult } from '@selvedge/infer/engine';
import type { ActiveVariant } from '@selvedge/node/install';

/** Watches whether answers take as long as the processor would that the profile promises. */
export interface UnitWatch {
  add(variant: string, result: Pick<RunResult, 'computeMs' | 'provenance'>): void;
  /** Null where nothing faster than the CPU is promised, or nothing was measured yet. */
  likeness(active: ActiveVariant | undefined): Likeness | null;
}

/** Runs that are remembered of a variant. */
const kept = 32;

/**
 * A provider that falls back below itself does not say so; only time tells.
 * Only measured times count, an emulated chip's are its estimate; the first run of a variant warms up.
 */
export function unitWatch(profile: Profile): UnitWatch {
  let watched = { variant: '', runs: 0, ms: [] as readonly number[] };
  return {
    add(variant, { computeMs, provenance }) {
      if (provenance !== 'measured') return;
      if (watched.variant !== variant) watched = { variant, runs: 0, ms: [] };
      const ms = watched.runs === 0 ? [] : [...watched.ms, computeMs].slice(-kept);
      watched = { variant, runs: watched.runs + 1, ms };
    },
    likeness(active) {
      if (!active || active.variant.id !== watched.variant) return null;
      return likenessOf(active, profile, watched.ms);
    },
  };
}

function likenessOf(
  { variant: { workload, precision } }: ActiveVariant,
  profile: Profile,
  ms: readonly number[],
): Likeness | null {
  const expected = (unit: ComputeUnit | undefined) =>
    unit && expectationOn(unit, workload, profile, precision);
  const best = estimate(workload, profile, precision)?.unit;
  const claimed = profile.units.find(
    ({ kind, provider }) => kind === best?.kind && provider === best.provider,
  );
  const promised = expected(claimed);
  if (!promised || claimed?.kind === 'cpu') return null;
  return looksLike(ms, promised, expected(profile.units.find(({ kind }) => kind === 'cpu')));
}
