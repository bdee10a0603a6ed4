import { chipOf, type Estimate } from '@selvedge/core/device';
import type { Engine, ModelBytes, Session, Tensors } from '@selvedge/infer/engine';
import { createEmulatedEngine } from './engine.ts';
import { type GraphCost, graphCost } from './graph-cost.ts';
import { type Layer, layersOf } from './layers.ts';
import { estimateRange } from './range.ts';

export interface EmulationOptions {
  /** Computes the numbers; stays open. */
  readonly inner: Engine;
  readonly model: ModelBytes;
  /** A target id of the catalogue. */
  readonly target: string;
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
  /** Median over the runs; `low` and `high` by how far the catalogue's figures are trusted. */
  readonly latencyMs: { readonly p50: number; readonly low: number; readonly high: number };
  /** Upper bound of weights and live activations. */
  readonly peakMemoryBytes: number;
  /** Of one inference; null where the catalogue does not know the unit's power. */
  readonly energyMj: number | null;
  /** Null: which operators a provider leaves to the CPU is not known here. */
  readonly fallbackShare: number | null;
  readonly provenance: 'estimated';
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
  const chip = chipOf(target);
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
    const timed: { ms: number; cost: () => GraphCost }[] = [];
    for (let run = 0; run < runs; run += 1) {
      const inputs = await options.inputs(session, run);
      const { computeMs } = await session.run(inputs);
      const shapes = Object.entries(inputs).map(([name, { shape }]) => [name, shape] as const);
      timed.push({ ms: computeMs, cost: () => costOf(new Map(shapes)) });
    }
    timed.sort((a, b) => a.ms - b.ms);
    const cost = timed[Math.floor(timed.length / 2)]!.cost();
    const { typical, lowMs, highMs } = estimateRange(cost, chip)!;
    const unit = engine.profile.units.find(
      ({ kind, provider }) => kind === typical.unit.kind && provider === typical.unit.provider,
    )!;
    return {
      target,
      precision: cost.precision,
      unit: unit.kind === unit.provider ? unit.kind : `${unit.kind} (${unit.provider})`,
      bound: typical.bound,
      latencyMs: { p50: typical.ms, low: lowMs, high: highMs },
      peakMemoryBytes: cost.workload.peakMemoryBytes,
      energyMj: typical.energyMj ?? null,
      fallbackShare: null,
      provenance: 'estimated',
      layers: layersOf(cost, typical.ms - (unit.startUs ?? 0) / 1e3, unit, engine.profile),
      uncounted: cost.workload.uncounted ?? [],
      here: { p50Ms: median(measured), engine: inner.name, provenance: 'measured' },
      runs,
    };
  } finally {
    await session.close();
  }
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
