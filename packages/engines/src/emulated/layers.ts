import { type ComputeUnit, estimateOn, type Profile } from '@selvedge/core/device';
import { type Partitioning, sumKernels } from '@selvedge/onnx';
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
  /** Where it runs; absent where nothing is known of what the provider takes. */
  readonly on?: 'accelerator' | 'cpu';
  /** False: it could not be counted, and only its dispatch is in the time. */
  readonly counted: boolean;
}

/** Where layers run, and what of the time is theirs. */
export interface Placement {
  readonly ms: number;
  readonly unit: ComputeUnit;
  readonly profile: Profile;
  readonly partitioning?: Partitioning | undefined;
}

/**
 * Spreads a predicted time over the operators, by what each would take alone where it runs. The
 * whole is less than their sum, since arithmetic and memory traffic of different operators
 * overlap; each gets its share.
 */
export function layersOf(
  { nodes, kernels, model, precision }: GraphCost,
  { ms, unit, profile, partitioning }: Placement,
): Layer[] {
  const sides = new Map(
    partitioning?.partitions.flatMap(({ on, nodes: own }) =>
      own.map((node) => [node, on] as const),
    ),
  );
  const cpu = profile.units.find(({ kind }) => kind === 'cpu') ?? unit;
  const alone = nodes.map((node, at) => {
    const kernel = kernels[at];
    const workload = {
      ...node,
      peakMemoryBytes: 0,
      nodes: 1,
      ...(unit.calibration && { kernels: sumKernels([kernel]) }),
    };
    const onCpu = sides.get(model.graph.node[at]!) === 'cpu';
    const own = onCpu ? cpu : unit;
    const held = onCpu && !cpu.precisions.includes(precision) ? 'fp32' : precision;
    const one = estimateOn({ ...own, startUs: 0 }, workload, profile, held);
    return one && { ...one, ms: one.ms - startOf(own, workload, profile, held) };
  });
  const sum = alone.reduce((total, one) => total + (one?.ms ?? 0), 0);
  return nodes.map(({ node, op, macs, counted }, at) => {
    const share = sum === 0 ? 0 : (alone[at]?.ms ?? 0) / sum;
    const on = sides.get(model.graph.node[at]!);
    return {
      node,
      op,
      macs,
      ms: share * ms,
      share,
      bound: alone[at]?.bound ?? 'overhead',
      ...(on && { on }),
      counted,
    };
  });
}

/** A calibrated time holds the start of a run. */
function startOf(
  unit: ComputeUnit,
  workload: Parameters<typeof estimateOn>[1],
  profile: Profile,
  precision: string,
): number {
  if (unit.calibration === undefined || workload.kernels === undefined) return 0;
  const nothing = {
    macs: 0,
    weightBytes: 0,
    activationBytes: 0,
    peakMemoryBytes: 0,
    nodes: 0,
    kernels: {},
  };
  return estimateOn({ ...unit, startUs: 0 }, nothing, profile, precision)?.ms ?? 0;
}
