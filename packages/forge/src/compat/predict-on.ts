import { type Profile, profileOf } from '@selvedge/core/device';
import type { Workload } from '@selvedge/core/release';
import { type Placed, placed } from '@selvedge/engines/emulated';
import { countModel, type Inference, inferValues, type Model } from '@selvedge/onnx';
import { type Compatibility, type TargetVerdict, verdictFor } from './verdict.ts';

/** A model with what one of its inferences costs, counted once for all targets. */
export interface CostedModel {
  readonly cost: Parameters<typeof placed>[0];
  readonly inference: Inference;
}

/** What a target makes of a model: what runs where, and how long it takes there. */
export interface Prediction extends Compatibility {
  readonly profile: Profile;
  /** With what falls back to the processor on the processor; absent where nothing runs the precision. */
  readonly placed?: Placed;
}

/** @param workload as it was counted by a run; otherwise as the graph tells */
export function costedModel(
  model: Model,
  precision: string,
  workload?: Workload | null,
): CostedModel {
  const counted = countModel(model);
  const cost = { ...counted, model, precision, workload: workload ?? counted.workload };
  return { cost, inference: inferValues(model) };
}

/** @throws SelvedgeError `not-found` for a target that the catalogue lacks */
export function predictOn(target: string, { cost, inference }: CostedModel): Prediction {
  const compatibility = verdictFor(target, cost.model, { inference });
  const profile = profileOf(target);
  const found = placed(
    cost,
    judged(profile, compatibility.verdict),
    divided(compatibility),
    meantFor(profile, compatibility.verdict),
  );
  return { ...compatibility, profile, ...(found && { placed: found }) };
}

/** The unit that the verdict is about, and the processor that what it leaves falls back to. */
const judged = (profile: Profile, { provider }: TargetVerdict): Profile => ({
  ...profile,
  units: profile.units.filter((unit) => unit.provider === provider || unit.kind === 'cpu'),
});

/** How the runtime divides the model; whole where all of it runs, or nothing is known. */
const divided = ({ verdict, partitioning }: Compatibility) =>
  verdict.verdict === 'partial' || verdict.verdict === 'none' ? partitioning : undefined;

/** What the verdict says to run there, is predicted there. */
const meantFor = (profile: Profile, { verdict, provider }: TargetVerdict) =>
  verdict === 'full' || verdict === 'partial'
    ? profile.units.find((unit) => unit.provider === provider)
    : undefined;
