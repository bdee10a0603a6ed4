import { fail } from '@selvedge/core/errors';
import type { Digest, TensorSpec } from '@selvedge/core/schema';
import type { Engine, Session } from '@selvedge/infer/engine';
import { type Dataset, readDataset } from '../dataset/index.ts';
import { type Evaluation, evaluate, type LatencyBudget } from '../measure/index.ts';
import type { BuiltVariant, SourceModel } from '../report/index.ts';
import { isBatchCoupled } from './convert.ts';
import { type Draft, loadOrExplain, makeDraft, type Skipped } from './draft.ts';
import { chooseExamples, type Examples } from './examples.ts';
import { finishVariant, skippedVariant } from './finish-variant.ts';
import type { BuildPlan, TierPlan } from './plan.ts';
import type { BuildProgress } from './progress.ts';
import { type LoadedModel, loadModel } from './source-model.ts';
import type { Staging } from './staging.ts';

export interface TierContext {
  readonly engine: Engine;
  readonly staging: Staging;
  readonly evaluation: BuildPlan['evaluation'];
  readonly latency: LatencyBudget | undefined;
  readonly progress: (event: BuildProgress) => void;
  readonly signal: AbortSignal | undefined;
}

export interface BuiltTier {
  readonly source: SourceModel;
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
  readonly variants: readonly BuiltVariant[];
  readonly evaluation: { readonly digest: Digest; readonly samples: number } | undefined;
}

/**
 * Makes a tier's variants, measures them and writes them with their golden documents.
 * @throws SelvedgeError `bad-model`, `bad-dataset`, `bad-input`, `engine-failed`, `cancelled`
 */
export async function buildTier(plan: TierPlan, context: TierContext): Promise<BuiltTier> {
  const { engine, progress } = context;
  progress({ stage: 'load', tier: plan.tier });
  const source = await loadModel(plan.source);
  const reference = await loadOrExplain(engine, source.bytes, plan.source);
  const drafts = await makeDrafts(plan, source, reference, context);
  const ready = drafts.filter((draft): draft is Draft => !('skipped' in draft));
  const dataset =
    'refused' in reference ? undefined : await openDataset(source, reference, context);
  try {
    const evaluation =
      dataset && (await evaluateAll(plan, ready, reference as Session, dataset, context));
    const examples = 'refused' in reference ? undefined : await chooseExamples(reference, dataset);
    const measured = { evaluation, examples: examples as Examples, dataset };
    const variants: BuiltVariant[] = [];
    for (const draft of drafts) {
      throwIfCancelled(context.signal);
      const why = 'skipped' in draft ? draft.skipped : evaluation?.failed.get(draft.id);
      if (why !== undefined) variants.push(skippedVariant(plan, draft, why, engine));
      else variants.push(await finishVariant(plan, draft as Draft, measured, context));
    }
    return {
      source: sourceOf(source),
      inputs: source.facts.inputs,
      outputs: source.facts.outputs,
      variants,
      evaluation: dataset && { digest: dataset.digest, samples: dataset.samples },
    };
  } finally {
    await dataset?.close();
    for (const { session } of ready) await session.close();
    if (!('refused' in reference)) await reference.close();
  }
}

const sourceOf = ({ file, digest, fileBytes, facts }: LoadedModel): SourceModel => ({
  file,
  digest,
  bytes: fileBytes,
  nodes: facts.nodes,
  parameters: facts.parameters,
});

async function makeDrafts(
  plan: TierPlan,
  source: LoadedModel,
  reference: Session | { readonly refused: string },
  { engine, progress, signal }: TierContext,
): Promise<(Draft | Skipped)[]> {
  const drafts: (Draft | Skipped)[] = [];
  for (const precision of plan.precisions) {
    throwIfCancelled(signal);
    const id = `${plan.tier}-${precision}`;
    progress({ stage: 'convert', tier: plan.tier, variant: id });
    drafts.push(await makeDraft(id, precision, source, engine, reference));
  }
  return drafts;
}

/** Tree ensembles (ai.onnx.ml) read NaN as a missing value; elsewhere it only spreads. */
async function openDataset(
  { facts }: LoadedModel,
  reference: Session,
  { evaluation }: TierContext,
): Promise<Dataset | undefined> {
  if (!evaluation) return undefined;
  const refuseNaN = !Object.keys(facts.opsets).includes('ai.onnx.ml');
  return readDataset(evaluation.dataset, reference.inputs, { refuseNaN });
}

async function evaluateAll(
  plan: TierPlan,
  drafts: readonly Draft[],
  reference: Session,
  dataset: Dataset,
  { evaluation, progress, signal }: TierContext,
): Promise<Evaluation> {
  return evaluate({
    reference,
    contestants: drafts.map(({ id, precision, session }) => ({
      id,
      session,
      coupled: isBatchCoupled(precision),
    })),
    dataset,
    metric: evaluation?.metric,
    signal,
    onProgress: (done, total) => progress({ stage: 'evaluate', tier: plan.tier, done, total }),
  });
}

function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted) fail('cancelled', 'the build was cancelled');
}
