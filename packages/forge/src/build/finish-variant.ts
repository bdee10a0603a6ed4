import type { Golden, Quality } from '@selvedge/core/release';
import type { Engine, Session } from '@selvedge/infer/engine';
import type { Dataset } from '../dataset/index.ts';
import {
  type Evaluation,
  type LatencyBudget,
  measureLatency,
  type Summary,
} from '../measure/index.ts';
import {
  type BuiltFile,
  type BuiltVariant,
  type CompressionSaving,
  disturbedTiming,
} from '../report/index.ts';
import { savingInWords } from './compression/index.ts';
import { warnOfDivergence } from './divergence.ts';
import type { Draft, Skipped } from './draft.ts';
import type { Examples } from './examples.ts';
import { judgeQuality, overBudget } from './gate.ts';
import { makeGolden } from './golden.ts';
import type { Machine } from './machine.ts';
import { openModelFile, sizeOf } from './model-file.ts';
import { judgeOnTargets } from './on-targets.ts';
import type { TierPlan } from './plan.ts';
import type { BuildProgress } from './progress.ts';
import { digestOf } from './source-model.ts';
import type { Staging } from './staging.ts';
import { countWorkload } from './workload.ts';

/** What is known of a tier's variants once they ran through the evaluation set. */
export interface Measured {
  readonly evaluation: Evaluation | undefined;
  readonly examples: Examples;
  readonly dataset: Dataset | undefined;
  /** All that were measured. */
  readonly drafts: readonly Draft[];
  /** The unconverted model. */
  readonly reference: Session;
}

export interface FinishContext {
  readonly engine: Engine;
  readonly machine: Machine;
  readonly staging: Staging;
  readonly latency: LatencyBudget | undefined;
  readonly progress: (event: BuildProgress) => void;
}

/** Times a variant, makes its golden document, judges it and writes both files. */
export async function finishVariant(
  plan: TierPlan,
  draft: Draft,
  { evaluation, examples, dataset, reference }: Measured,
  context: FinishContext,
  saving?: CompressionSaving,
): Promise<BuiltVariant> {
  const { engine, machine, staging, progress } = context;
  const { id, precision, session, digest } = draft;
  const bytes = sizeOf(draft);
  const warnings = [...draft.warnings, ...examples.warnings];
  progress({ stage: 'measure', tier: plan.tier, variant: id });
  const [example] = examples.inputs;
  const timed =
    example &&
    (await machine.alone(
      () => measureLatency(session, example, engine.name, context.latency),
      () => progress({ stage: 'wait', tier: plan.tier, variant: id }),
    ));
  const latency = timed?.measured ?? null;
  if (timed?.disturbed) warnings.push(disturbedTiming);
  const workload = await countWorkload(draft, id, example && { engine, inputs: example });
  const onTargets = judgeOnTargets(openModelFile(draft, id), plan.targets, {
    precision: precision.id,
    engine: engine.name,
    workload,
  });
  const { estimates } = onTargets;
  const made = example ? await makeGolden(session, examples.inputs, precision) : undefined;
  if (made && 'refused' in made) warnings.push(`no golden document: ${made.refused}`);
  else if (made) warnings.push(...made.warnings);
  const divergence =
    example && !evaluation ? await warnOfDivergence(session, reference, example) : [];
  warnings.push(...divergence);
  const { file, data } = await staging.writeModel(id, draft);
  const golden = made && 'golden' in made ? await writeGolden(staging, id, made.golden) : null;
  const summary = evaluation?.summaries.get(id);
  const latencies = estimates.length > 0 ? estimates : latency ? [latency] : [];
  const over = overBudget(plan.budget, { bytes, workload, latencies });
  const bar = judgeQuality(summary, plan.bar, session === reference);
  const verdict = over ?? bar;
  return {
    ...identity(plan, draft, engine),
    file,
    digest,
    bytes,
    ...(data.length > 0 && { data: [...data] }),
    ...verdict,
    ...(over && { bar }),
    ...(saving && {
      reason: `${verdict.reason}; ${savingInWords(saving)}`,
      compression: saving,
    }),
    quality:
      summary && evaluation && dataset
        ? qualityOf(summary, evaluation, dataset, session === reference)
        : null,
    latency,
    ...onTargets,
    opset: draft.opset,
    workload,
    golden,
    notes: [...draft.notes],
    warnings,
    ...(divergence.length > 0 && { divergence }),
    ...(draft.sensitivity && { sensitivity: draft.sensitivity }),
    ...(draft.cached && { cached: true }),
  };
}

const identity = (
  plan: TierPlan,
  { id, precision }: Pick<Skipped, 'id' | 'precision'>,
  engine: Engine,
) => ({
  id,
  tier: plan.tier,
  precision: precision.id,
  engine: engine.name,
  targets: [...plan.targets],
  fallback: { nodes: null, share: null },
});

/** A variant that was not made, or that the engine could not run: it is not written. */
export function skippedVariant(
  plan: TierPlan,
  skipped: Pick<Skipped, 'id' | 'precision' | 'notes'>,
  reason: string,
  engine: Engine,
): BuiltVariant {
  return {
    ...identity(plan, skipped, engine),
    file: null,
    digest: null,
    bytes: null,
    status: 'skipped',
    reason,
    quality: null,
    latency: null,
    estimates: [],
    opset: null,
    workload: null,
    golden: null,
    notes: [...skipped.notes],
    warnings: [],
  };
}

function qualityOf(
  summary: Summary,
  { metric, samples }: Evaluation,
  dataset: Dataset,
  isReference: boolean,
): Quality {
  const { value, reference, drop } = summary;
  // The reference differs from itself by nothing, however few the samples.
  const interval = isReference ? ([0, 0] as const) : summary.interval;
  return {
    metric,
    value: tidy(value),
    reference: reference === null ? null : tidy(reference),
    drop: drop === null ? null : tidy(drop),
    interval: interval && [tidy(interval[0]), tidy(interval[1])],
    samples,
    provenance: 'measured',
    dataset: dataset.digest,
  };
}

/** Sums of floats end in noise that nobody measured. */
const tidy = (value: number): number => Number(value.toFixed(9));

async function writeGolden(staging: Staging, id: string, golden: Golden): Promise<BuiltFile> {
  const file = `variants/${id}.golden.json`;
  const text = `${JSON.stringify(golden)}\n`;
  await staging.write(file, text);
  return { file, digest: digestOf(text), bytes: new TextEncoder().encode(text).length };
}
