import { apiVersion, type FamilyName } from '../schema/index.ts';
import type { CompiledPolicy, Objective, PrivacyLabels } from './policy.ts';

/** What common labels mean where the author says nothing. */
export const defaultLabels: PrivacyLabels = {
  private: 'device',
  personal: 'device',
  internal: 'edge',
  public: 'cloud',
};

/**
 * Weights where the author gives none, in milliseconds: a hundredth of quality is worth 0.5 ms,
 * 0.0001 of currency 1 ms, 20 mJ 1 ms. Near places win unless they are slow or poor.
 */
export const defaultObjective: Objective = { latency: 1, cost: 10_000, energy: 0.05, quality: 50 };

/** The policy of a family that publishes none. Its id in decisions is `built-in`. */
export function defaultPolicy(family: FamilyName): CompiledPolicy {
  return {
    apiVersion,
    kind: 'Policy',
    family,
    labels: defaultLabels,
    unlabelled: 'cloud',
    constraints: [],
    objective: defaultObjective,
  };
}
