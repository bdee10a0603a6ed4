import { chipOf, type Profile } from '@selvedge/core/device';
import type { Workload } from '@selvedge/core/release';
import type { Placed } from '@selvedge/engines/emulated';
import type { Model } from '@selvedge/onnx';
import { costedModel, predictOn, type TargetVerdict } from '../compat/index.ts';
import type { Estimated, MatrixTarget } from './matrix-document.ts';

/** What is known of a model on a target, before anybody asks anything of it. */
export interface Assessment {
  readonly verdict: TargetVerdict;
  /** Whether its accelerator computes in the variant's precision. */
  readonly runsPrecision: boolean;
  /** Precisions that it does compute in. */
  readonly precisions: readonly string[];
  readonly estimate: Estimated | null;
  readonly profile: Profile;
}

/**
 * Judges a variant on targets; what does not depend on the target is found once.
 *
 * @param workload as it was counted when the variant was built; otherwise as its graph tells
 */
export function assessor(
  model: Model,
  precision: string,
  workload: Workload | null,
): { readonly workload: Workload; on(target: string): Assessment } {
  const costed = costedModel(model, precision, workload);
  return {
    workload: costed.cost.workload,
    on(target) {
      const { verdict, profile, placed } = predictOn(target, costed);
      const unit = profile.units.find(({ provider }) => provider === verdict.provider);
      return {
        verdict,
        runsPrecision: unit?.precisions.includes(precision) ?? false,
        precisions: unit?.precisions ?? [],
        estimate: placed ? estimated(placed) : null,
        profile,
      };
    },
  };
}

function estimated(found: Placed): Estimated {
  const round = (value: number): number => Number(value.toPrecision(4));
  const { ms, lowMs, highMs, unit, provenance } = found;
  return {
    p50Ms: round(ms),
    lowMs: round(lowMs),
    highMs: round(highMs),
    unit: unitName(unit),
    provenance,
  };
}

/** `npu (qnn)` */
const unitName = ({ kind, provider }: { kind: string; provider: string }): string =>
  kind === provider ? kind : `${kind} (${provider})`;

/** A target as the matrix shows it: the unit is the one that models are meant for. */
export function targetOf(id: string): MatrixTarget {
  const { name, units } = chipOf(id);
  const unit = units.find(({ kind }) => kind !== 'cpu') ?? units[0]!;
  return { id, name, unit: unitName(unit) };
}
