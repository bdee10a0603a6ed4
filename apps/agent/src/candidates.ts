import { estimate, type Profile } from '@selvedge/core/device';
import type { InstallTarget } from '@selvedge/core/release';
import type { Candidate } from '@selvedge/core/route';
import type { ActiveVariant } from '@selvedge/node/install';
import type { LatencyHistory, Prediction } from './latency-history.ts';

/** The device's own engine, as a place. */
export interface DeviceFacts {
  readonly profile: Profile;
  readonly engine: { readonly name: string; readonly target?: string };
}

/** A place over the network, as it is known now. */
export interface RemoteFacts {
  /** `edge/eu-1`, `cloud/default`. */
  readonly id: string;
  readonly tier: 'edge' | 'cloud';
  readonly region?: string;
  /** Money for one inference, where it is known. */
  readonly cost?: number;
  /** A request and its answer without an inference, milliseconds, measured; 0 before the first. */
  readonly roundTripMs: number;
  readonly unavailableReason?: string;
}

export const deviceCandidateId = (variant: string): string => `device/${variant}`;

/** The device as a candidate: what is committed there, or that nothing is. */
export function deviceCandidate(
  active: ActiveVariant | undefined,
  { profile, engine }: DeviceFacts,
  history: LatencyHistory,
): Candidate {
  const place = {
    tier: 'device',
    engine: engine.name,
    ...(engine.target && { target: engine.target }),
  } as const;
  if (!active) {
    return {
      ...place,
      id: 'device',
      predictedMs: 0,
      provenance: 'estimated',
      available: false,
      unavailableReason: 'no variant is installed',
    };
  }
  const { variant } = active;
  const id = deviceCandidateId(variant.id);
  const estimated = estimate(variant.workload, profile, variant.precision);
  const predictedMs = estimated?.ms ?? 0;
  return {
    ...place,
    ...qualityOf(active),
    ...history.predict(id, { predictedMs, provenance: 'estimated' }),
    ...(estimated?.energyMj !== undefined && { energyMj: estimated.energyMj }),
    id,
    variant: variant.id,
    available: true,
  };
}

/** A place over the network, running what the signed release has for its tier. */
export function remoteCandidate(
  remote: RemoteFacts,
  target: InstallTarget | undefined,
  history: LatencyHistory,
): Candidate {
  const { id, tier, region, cost, roundTripMs } = remote;
  const reason =
    remote.unavailableReason ??
    (target ? undefined : `the release has nothing for the ${tier} tier`);
  return {
    id,
    tier,
    ...(region && { region }),
    ...(cost !== undefined && { cost }),
    ...(target && {
      variant: target.variant.id,
      engine: target.variant.engine,
      ...qualityOf(target),
    }),
    ...history.predict(id, remoteEstimate(target, roundTripMs)),
    available: reason === undefined,
    ...(reason !== undefined && { unavailableReason: reason }),
  };
}

/** The forge's measurement of the variant, on another machine than the place's, and the way there. */
function remoteEstimate(target: InstallTarget | undefined, roundTripMs: number): Prediction {
  const known = target?.variant.latency.find(({ provenance }) => provenance === 'measured');
  return { predictedMs: roundTripMs + (known?.p50Ms ?? 0), provenance: 'estimated' };
}

/** Signal-to-noise is no fraction, so that it says nothing that a request could ask for. */
function qualityOf({ variant }: InstallTarget): Pick<Candidate, 'quality' | 'qualityProvenance'> {
  const { quality } = variant;
  if (!quality || quality.metric === 'snr') return {};
  return { quality: quality.value, qualityProvenance: quality.provenance };
}
