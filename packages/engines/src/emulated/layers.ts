import { type ComputeUnit, estimateOn, type Profile } from '@selvedge/core/device';
import type { GraphCost } from './graph-cost.ts';

/** What one operator contributes to a prediction. */
export interface Layer {
  readonly node: string;
  readonly op: string;
  readonly macs: number;
  /** Its part of the predicted time; all layers and the start of the run add up to it. */
  readonly ms: number;
  readonly share: number;
  readonly bound: 'compute' | 'memory' | 'overhead';
  /** False: it could not be counted, and only its dispatch is in the time. */
  readonly counted: boolean;
}

/**
 * Spreads a predicted time over the operators, by what each would take alone on that unit. The
 * whole is less than their sum, since arithmetic and memory traffic of different operators
 * overlap; each gets its share.
 */
export function layersOf(
  { nodes, precision }: GraphCost,
  ms: number,
  unit: ComputeUnit,
  profile: Profile,
): Layer[] {
  const alone = nodes.map((node) => {
    const workload = { ...node, peakMemoryBytes: 0, nodes: 1 };
    return estimateOn({ ...unit, startUs: 0 }, workload, profile, precision);
  });
  const sum = alone.reduce((total, one) => total + (one?.ms ?? 0), 0);
  return nodes.map(({ node, op, macs, counted }, at) => {
    const share = sum === 0 ? 0 : (alone[at]?.ms ?? 0) / sum;
    return {
      node,
      op,
      macs,
      ms: share * ms,
      share,
      bound: alone[at]?.bound ?? 'overhead',
      counted,
    };
  });
}
