import type { LiveState } from '../device/index.ts';
import type { FactPath } from './policy.ts';
import type { Candidate, RouteRequest } from './types.ts';

/** What an expression reads. One object is reused for every candidate of a decision. */
export interface Scene {
  request: RouteRequest;
  device: LiveState;
  candidate: Candidate;
}

/** What an expression yields. */
export type Value = string | number | boolean | readonly (string | number)[];
/** A compiled expression: its value in a scene, `undefined` where a fact it needs is missing. */
export type Term<T extends Value = Value> = (scene: Scene) => T | undefined;

/** A number that is not one (NaN, infinite) is a missing fact: comparisons with it must not decide. */
const finite = (value: number | undefined) =>
  value !== undefined && Number.isFinite(value) ? value : undefined;

/** How each fact is read from a scene. */
export const readers: Readonly<Record<FactPath, Term>> = {
  'request.labels': (s) => s.request.labels,
  'request.deadlineMs': (s) => finite(s.request.deadlineMs),
  'request.minQuality': (s) => finite(s.request.minQuality),
  'request.maxCost': (s) => finite(s.request.maxCost),
  'device.battery': (s) => finite(s.device.battery),
  'device.charging': (s) => s.device.charging,
  'device.thermal': (s) => s.device.thermal,
  'device.network': (s) => s.device.network,
  'device.freeMemoryBytes': (s) => finite(s.device.freeMemoryBytes),
  'candidate.tier': (s) => s.candidate.tier,
  'candidate.variant': (s) => s.candidate.variant,
  'candidate.region': (s) => s.candidate.region,
  'candidate.engine': (s) => s.candidate.engine,
  'candidate.target': (s) => s.candidate.target,
  'candidate.quality': (s) => finite(s.candidate.quality),
  'candidate.predictedMs': (s) => finite(s.candidate.predictedMs),
  'candidate.cost': (s) => finite(s.candidate.cost),
  'candidate.energyMj': (s) => finite(s.candidate.energyMj),
};
