import type { Latency, Workload } from '@selvedge/core/release';
import type { ProcessorKind } from '@selvedge/core/schema';
import type { Placed } from '@selvedge/engines/emulated';
import type { Model } from '@selvedge/onnx';
import { costedModel, type Prediction, predictOn } from '../compat/index.ts';
import type { BuiltVariant, TargetFallback } from '../report/index.ts';

/** What of a variant would run outside its targets' accelerators, and how long it takes there. */
export type OnTargets = Pick<BuiltVariant, 'fallback' | 'fallbacks' | 'estimates'>;

/**
 * Of several targets `fallback` is that with the largest share of MACs; null where no operator list
 * says. An estimate counts what falls back on the processor; a target that runs the precision
 * nowhere has none.
 *
 * @throws SelvedgeError `not-found` for a target that the catalogue lacks
 */
export function judgeOnTargets(
  model: Model,
  targets: readonly string[],
  { precision, engine, workload }: { precision: string; engine: string; workload: Workload },
): OnTargets {
  if (targets.length === 0) return { fallback: { nodes: null, share: null }, estimates: [] };
  const costed = costedModel(model, precision, workload);
  const predictions = targets.map((target) => predictOn(target, costed));
  const fallbacks = predictions.map(fallbackOf);
  const known = fallbacks.filter(({ share }) => share !== null);
  const worst = known.sort((a, b) => (b.share ?? 0) - (a.share ?? 0))[0];
  return {
    fallback: { nodes: worst?.nodes ?? null, share: worst?.share ?? null },
    fallbacks,
    estimates: predictions.flatMap((prediction) => estimateOf(prediction, engine) ?? []),
  };
}

function fallbackOf(prediction: Prediction): TargetFallback {
  const { verdict: found, placed } = prediction;
  const { target, provider, version, verdict, nodes, fallbackShare, partitions, reason } = found;
  return {
    ...{ target, provider, version, verdict, partitions, reason },
    nodes: fallbackShare === null ? null : nodes.unsupported,
    share: fallbackShare,
    ...(placed && { estimatedOn: unitsOf(placed).join(' + ') }),
  };
}

/** The kinds of processors that the estimated time is spent on, the accelerator first. */
function unitsOf({ unit: { kind }, partitions }: Placed): ProcessorKind[] {
  const kinds = partitions.map(({ on }) => (on === 'cpu' ? 'cpu' : kind));
  return [...new Set(kinds.length > 0 ? kinds.sort(acceleratorFirst) : [kind])];
}

const acceleratorFirst = (a: string, b: string): number =>
  Number(a === 'cpu') - Number(b === 'cpu');

function estimateOf({ verdict, placed }: Prediction, engine: string): Latency | undefined {
  if (!placed) return undefined;
  const { provenance, energyMj } = placed;
  return {
    p50Ms: figure(placed.ms),
    p99Ms: figure(placed.ms),
    runs: 0,
    engine,
    provenance,
    target: verdict.target,
    lowMs: figure(placed.lowMs),
    highMs: figure(placed.highMs),
    ...(energyMj !== undefined && { energyMj: figure(energyMj) }),
    on: unitsOf(placed),
  };
}

const figure = (value: number): number => Number(value.toPrecision(4));
