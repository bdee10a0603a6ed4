import { type Estimate, estimateOn, type Profile } from '@selvedge/core/device';
import type { Provenance } from '@selvedge/core/schema';
import type { Engine, ModelBytes, Session, Tensors } from '@selvedge/infer/engine';
import type { Partitioning } from '@selvedge/onnx';
import type { Shapes } from './cost.ts';
import { createEmulatedEngine } from './engine.ts';
import { type GraphCost, graphCost } from './graph-cost.ts';
import { type Layer, layersOf } from './layers.ts';
import type { PartitionOf } from './partition-of.ts';
import { type Placed, type PlacedPartition, placed } from './placed.ts';

export interface EmulationOptions {
  /** Computes the numbers; stays open. */
  readonly inner: Engine;
  readonly model: ModelBytes;
  /** A target id of the catalogue. */
  readonly target: string;
  /** How its runtime divides the model on a unit; absent where that is not known. */
  readonly partition?: PartitionOf;
  /** How often to run. At least 1. */
  readonly runs: number;
  /** Inputs of the run with this number, for the model that was loaded. */
  readonly inputs: (session: Session, run: number) => Promise<Tensors>;
}

/** What a model is predicted to do on a target. The keys of `selvedge emulate --json`. */
export interface Emulation {
  readonly target: string;
  readonly precision: string;
  /** The unit that is predicted to run it: `npu (qnn)`. */
  readonly unit: string;
  readonly bound: Estimate['bound'];
  /** Of the run with the median time; nine in ten models take between `low` and `high`. */
  readonly latencyMs: { readonly p50: number; readonly low: number; readonly high: number };
  /** Upper bound of weights and live activations. */
  readonly peakMemoryBytes: number;
  /** Of one inference; null where the catalogue does not know the unit's power. */
  readonly energyMj: number | null;
  /** Part of all MACs that would run on the CPU; null where that is not known. */
  readonly fallbackShare: number | null;
  /** Groups of nodes on either side, in their order; empty where that is not known. */
  readonly partitions: readonly PlacedPartition[];
  /** Of the time, what goes to handing values over between them. */
  readonly crossingMs: number;
  /** Once the device is as warm as its cooling lets it: the time of a run then. */
  readonly sustainedMs: number;
  readonly provenance: Provenance;
  /** Median relative error on networks that the calibration had not seen; null where estimated. */
  readonly validation: { readonly medianError: number } | null;
  readonly layers: readonly Layer[];
  /** Operators that could not be counted: the figures are then lower bounds. */
  readonly uncounted: readonly string[];
  /** What this machine took for the same runs. */
  readonly here: {
    readonly p50Ms: number;
    readonly engine: string;
    readonly provenance: 'measured';
  };
  readonly runs: number;
}

/**
 * Runs a model as if on a chip of the catalogue: the answers are real, the times estimated. The
 * prediction is that of the run with the median time.
 *
 * @throws SelvedgeError `not-found`, `bad-model`, `out-of-memory`, `engine-failed` when the chip does
 * not run the model's precision, and what a run fails with
 */
export async function emulate(options: EmulationOptions): Promise<Emulation> {
  const { inner, model, target, runs } = options;
  const costOf = graphCost(model);
  const measured: number[] = [];
  const metered = meter(inner, measured);
  const engine = createEmulatedEngine({
    inner: metered,
    target,
    costOf: () => costOf,
    pace: false,
  });
  const session = await engine.load(model);
  try {
    const timed: { ms: number; cost: () => GraphCost; shapes: Shapes }[] = [];
    for (let run = 0; run < runs; run += 1) {
      const inputs = await options.inputs(session, run);
      const { computeMs } = await session.run(inputs);
      const shapes = new Map(Object.entries(inputs).map(([name, { shape }]) => [name, shape]));
      timed.push({ ms: computeMs, cost: () => costOf(shapes), shapes });
    }
    timed.sort((a, b) => a.ms - b.ms);
    const { cost: costed, shapes } = timed[Math.floor(timed.length / 2)]!;
    return {
      ...predictionOf(costed(), shapes, engine.profile, options),
      target,
      here: { p50Ms: median(measured), engine: inner.name, provenance: 'measured' },
      runs,
    };
  } finally {
    await session.close();
  }
}

/** What is predicted, without what was measured here. */
function predictionOf(
  cost: GraphCost,
  shapes: Shapes,
  profile: Profile,
  { partition }: EmulationOptions,
): Omit<Emulation, 'target' | 'here' | 'runs'> {
  const { found, partitioning } = division(cost, shapes, profile, partition);
  const unit = profile.units.find(({ provider }) => provider === found.unit.provider)!;
  const nothing = {
    macs: 0,
    weightBytes: 0,
    activationBytes: 0,
    peakMemoryBytes: 0,
    nodes: 0,
    kernels: {},
  };
  const startMs = estimateOn(unit, nothing, profile, cost.precision)?.ms ?? 0;
  return {
    precision: cost.precision,
    unit: unit.kind === unit.provider ? unit.kind : `${unit.kind} (${unit.provider})`,
    bound: found.bound,
    latencyMs: { p50: found.ms, low: found.lowMs, high: found.highMs },
    peakMemoryBytes: cost.workload.peakMemoryBytes,
    energyMj: found.energyMj ?? null,
    fallbackShare: found.fallbackShare,
    partitions: found.partitions,
    crossingMs: found.crossingMs,
    sustainedMs: sustainedMs(found, profile),
    provenance: found.provenance,
    validation: found.medianError === undefined ? null : { medianError: found.medianError },
    layers: layersOf(cost, {
      ms: Math.max(0, found.ms - found.crossingMs - startMs),
      unit,
      profile,
      partitioning,
    }),
    uncounted: cost.workload.uncounted ?? [],
  };
}

/**
 * On the accelerator that models are meant for, wherever its runtime takes anything of this one;
 * otherwise on the unit that burdens the device least.
 */
function division(
  cost: GraphCost,
  shapes: Shapes,
  profile: Profile,
  partition: PartitionOf | undefined,
): { found: Placed; partitioning: Partitioning | undefined } {
  const meant = profile.units.find(({ kind }) => kind !== 'cpu');
  const there =
    meant?.precisions.includes(cost.precision) && partition?.(cost.model, meant, shapes);
  if (meant && there && there.accelerated > 0)
    return { found: placed(cost, profile, there, meant)!, partitioning: there };
  const { unit } = placed(cost, profile, undefined)!;
  const partitioning = unit.kind === 'cpu' ? undefined : partition?.(cost.model, unit, shapes);
  return { found: placed(cost, profile, partitioning)!, partitioning };
}

/** Back to back, a run may take no more power than the cooling sheds. */
function sustainedMs({ ms, energyMj }: Estimate, { cooling }: Profile): number {
  if (cooling === undefined || energyMj === undefined) return ms;
  return Math.max(ms, energyMj / cooling.watts);
}

/** Notes what the inner engine itself took. */
function meter(inner: Engine, measured: number[]): Engine {
  return {
    ...inner,
    name: inner.name,
    version: inner.version,
    load: async (model) => {
      const session = await inner.load(model);
      return {
        inputs: session.inputs,
        outputs: session.outputs,
        run: async (inputs, options) => {
          const result = await session.run(inputs, options);
          measured.push(result.computeMs);
          return result;
        },
        close: () => session.close(),
      };
    },
    close: () => inner.close(),
  };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
