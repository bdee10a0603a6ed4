import {
  type ComputeUnit,
  type Estimate,
  estimate,
  estimateOn,
  type Profile,
} from '@selvedge/core/device';
import type { Workload } from '@selvedge/core/release';
import { type Partitioning, sumKernels } from '@selvedge/onnx';
import type { GraphCost } from './graph-cost.ts';

/** A prediction for a model of which a provider leaves parts to the CPU. */
export interface Placed extends Estimate {
  /** Part of all MACs on the CPU; null where nothing is known of what the provider takes. */
  readonly fallbackShare: number | null;
  /** Groups of nodes on either side, in the order in which they run; empty where not known. */
  readonly partitions: readonly PlacedPartition[];
  /** Handing values over between them. */
  readonly crossingMs: number;
}

export interface PlacedPartition {
  readonly on: 'accelerator' | 'cpu';
  readonly nodes: number;
  readonly macs: number;
  readonly ms: number;
  readonly bytesIn: number;
}

/**
 * Predicts a model on a profile: by its unit alone, or, given how the runtime divides it, each part
 * on its unit, with the bytes that cross at the speed of memory and a start of the accelerator for
 * each of its parts. Where the runtime leaves all of it to the processor, the unit is the processor.
 * Undefined when no unit runs the precision.
 *
 * @param partitioning of `cost.model`
 * @param on the unit that it is meant for, where that is known; otherwise the one that burdens the
 * device least
 */
export function placed(
  cost: GraphCost,
  profile: Profile,
  partitioning: Partitioning | undefined,
  on?: ComputeUnit,
): Placed | undefined {
  const { precision, workload } = cost;
  const whole =
    (on && estimateOn(on, workload, profile, precision)) ?? estimate(workload, profile, precision);
  if (whole === undefined) return undefined;
  const unit = profile.units.find(({ provider }) => provider === whole.unit.provider);
  const cpu = profile.units.find(({ kind }) => kind === 'cpu');
  const alone = { ...whole, fallbackShare: whole.unit.kind === 'cpu' ? 0 : null };
  if (!unit || unit.kind === 'cpu' || !partitioning)
    return { ...alone, partitions: [], crossingMs: 0 };
  if (!cpu)
    return { ...alone, fallbackShare: partitioning.fallbackShare, partitions: [], crossingMs: 0 };
  const onCpu = cpu.precisions.includes(precision) ? precision : 'fp32';
  const indexOf = new Map(cost.model.graph.node.map((node, at) => [node, at]));
  const parts = partitioning.partitions.map(({ on, nodes, macs, bytesIn }) => {
    const own = workloadOf(
      cost,
      nodes.map((node) => indexOf.get(node) ?? -1),
    );
    const time =
      on === 'cpu'
        ? estimateOn(cpu, own, profile, onCpu)
        : estimateOn(unit, own, profile, precision);
    return { on, nodes: nodes.length, macs, bytesIn, time };
  });
  const { bandwidth } = profile.memory;
  const crossingMs = bandwidth > 0 ? (2e3 * partitioning.crossingBytes) / bandwidth : 0;
  const sum = (of: (time: Estimate) => number) =>
    parts.reduce((total, { time }) => total + (time ? of(time) : 0), 0);
  const energies = parts.flatMap(({ time }) => time?.energyMj ?? []);
  const isWhole = parts.every(({ on }) => on === 'accelerator');
  const isElsewhere = parts.length > 0 && parts.every(({ on }) => on === 'cpu');
  const { medianError, provenance, energyMj: _, ...known } = whole;
  return {
    ...known,
    ...(isElsewhere && { unit: { kind: cpu.kind, provider: cpu.provider } }),
    // What was found of the accelerator alone says nothing of a time that the processor shares.
    ...(isWhole && medianError !== undefined && { medianError }),
    ms: sum(({ ms }) => ms) + crossingMs,
    lowMs: sum(({ lowMs }) => lowMs) + crossingMs,
    highMs: sum(({ highMs }) => highMs) + crossingMs,
    computeMs: sum(({ computeMs }) => computeMs),
    memoryMs: sum(({ memoryMs }) => memoryMs) + crossingMs,
    overheadMs: sum(({ overheadMs }) => overheadMs),
    ...(energies.length === parts.length && { energyMj: energies.reduce((a, b) => a + b, 0) }),
    provenance: isWhole ? provenance : 'estimated',
    fallbackShare: partitioning.fallbackShare,
    partitions: parts.map(({ time, ...part }) => ({ ...part, ms: time?.ms ?? 0 })),
    crossingMs,
  };
}

/** What some nodes of a model cost. */
function workloadOf({ nodes, kernels }: GraphCost, at: readonly number[]): Workload {
  const own = at.flatMap((index) => nodes[index] ?? []);
  const sum = (of: (node: (typeof own)[number]) => number) =>
    own.reduce((total, node) => total + of(node), 0);
  return {
    macs: sum(({ macs }) => macs),
    weightBytes: Math.round(sum(({ weightBytes }) => weightBytes)),
    activationBytes: Math.round(sum(({ activationBytes }) => activationBytes)),
    peakMemoryBytes: 0,
    nodes: own.length,
    kernels: sumKernels(at.map((index) => kernels[index])),
  };
}
