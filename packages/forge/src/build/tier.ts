import { fail, isSelvedgeError } from '@selvedge/core/errors';
import type { Digest, TensorSpec } from '@selvedge/core/schema';
import type { Engine, Session } from '@selvedge/infer/engine';
import { type Dataset, readDataset } from '../dataset/index.ts';
import { type Evaluation, evaluate, type LatencyBudget } from '../measure/index.ts';
import type { BuiltVariant, SourceModel } from '../report/index.ts';
import { type Draft, loadOrExplain, makeDraft, type Skipped } from './draft.ts';
import { chooseExamples } from './examples.ts';
import { finishVariant, type Measured, skippedVariant } from './finish-variant.ts';
import type { ConversionMemo } from './memo.ts';
import type { BuildPlan, TierPlan } from './plan.ts';
import { openPassThreads, type PrecisionJob, precisionOf } from './precision/index.ts';
import type { BuildProgress } from './progress.ts';
import { type LoadedModel, loadModel } from './source-model.ts';
import type { Staging } from './staging.ts';

export interface TierContext {
  readonly engine: Engine;
  readonly staging: Staging;
  readonly evaluation: BuildPlan['evaluation'];
  readonly latency: LatencyBudget | undefined;
  /** Conversions of earlier builds. */
  readonly memo: ConversionMemo;
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
 * Makes a tier's variants, measures them and writes them with their golden documents. Where the
 * engine refuses the source itself there is nothing to compare with, and every variant is skipped:
 * the first gives the reason, the others name the first.
 *
 * @throws SelvedgeError `bad-model`, `bad-dataset`, `bad-input`, `engine-failed`, `cancelled`
 */
export async function buildTier(plan: TierPlan, context: TierContext): Promise<BuiltTier> {
  const { engine, progress } = context;
  progress({ stage: 'load', tier: plan.tier });
  const source = await loadModel(plan.source);
  const { inputs, outputs } = source.facts;
  const described = { source: sourceOf(source), inputs, outputs };
  const reference = await loadOrExplain(engine, source, plan.source);
  if ('refused' in reference) {
    const variants = skipAll(plan, reference.refused, engine);
    return { ...described, variants, evaluation: undefined };
  }
  try {
    return { ...described, ...(await measureTier(plan, source, reference, context)) };
  } finally {
    await reference.close();
  }
}

const idOf = ({ tier }: TierPlan, precision: string): string => `${tier}-${precision}`;

function skipAll(plan: TierPlan, reason: string, engine: Engine): BuiltVariant[] {
  const [first = ''] = plan.precisions;
  return plan.precisions.map((precision) => {
    const why = precision === first ? reason : `as ${idOf(plan, first)}`;
    return skippedVariant(
      plan,
      { id: idOf(plan, precision), precision: precisionOf(precision), notes: [] },
      why,
      engine,
    );
  });
}

async function measureTier(
  plan: TierPlan,
  source: LoadedModel,
  reference: Session,
  context: TierContext,
): Promise<Pick<BuiltTier, 'variants' | 'evaluation'>> {
  const dataset = await openDataset(source, reference, context);
  let drafts: readonly (Draft | Skipped)[] = [];
  try {
    drafts = await makeDrafts(plan, source, reference, context);
    const ready = drafts.filter(isReady);
    const evaluation = dataset && (await evaluateAll(plan, ready, reference, dataset, context));
    const examples = await chooseExamples(reference, dataset);
    const measured = { evaluation, examples, dataset, reference };
    const variants: BuiltVariant[] = [];
    for (const draft of drafts) {
      throwIfCancelled(context.signal);
      variants.push(await finishOrSkip(plan, draft, measured, context));
    }
    const used = dataset && { digest: dataset.digest, samples: dataset.samples };
    return { variants, evaluation: used };
  } finally {
    await dataset?.close();
    for (const { session } of drafts.filter(isReady)) await session.close();
  }
}

const isReady = (draft: Draft | Skipped): draft is Draft => !('skipped' in draft);

/** A variant that the engine loads but cannot run is skipped like one that it does not load. */
async function finishOrSkip(
  plan: TierPlan,
  draft: Draft | Skipped,
  measured: Measured,
  context: TierContext,
): Promise<BuiltVariant> {
  const { engine } = context;
  const why = isReady(draft) ? measured.evaluation?.failed.get(draft.id) : draft.skipped;
  if (why !== undefined || !isReady(draft)) return skippedVariant(plan, draft, why ?? '', engine);
  try {
    return await finishVariant(plan, draft, measured, context);
  } catch (caught) {
    if (!isSelvedgeError(caught) || caught.code !== 'engine-failed') throw caught;
    return skippedVariant(plan, draft, caught.message, engine);
  }
}

const sourceOf = ({ file, digest, fileBytes, facts }: LoadedModel): SourceModel => ({
  file,
  digest,
  bytes: fileBytes,
  nodes: facts.nodes,
  parameters: facts.parameters,
});

/** All at once, as far as there are cores; where one fails the others are let finish and closed. */
async function makeDrafts(
  plan: TierPlan,
  source: LoadedModel,
  reference: Session,
  { engine, staging, memo, progress, signal }: TierContext,
): Promise<(Draft | Skipped)[]> {
  const threads = openPassThreads();
  const stop = () => void threads.close();
  signal?.addEventListener('abort', stop, { once: true });
  const job: PrecisionJob = {
    source,
    convert: (request, file = source) => threads.run(file, request, staging.workspace()),
  };
  const make = async (precision: string) => {
    throwIfCancelled(signal);
    const id = idOf(plan, precision);
    const draft = await makeDraft(id, precision, job, memo, engine, reference);
    progress({ stage: 'convert', tier: plan.tier, variant: id });
    return draft;
  };
  try {
    const settled = await Promise.allSettled(plan.precisions.map(make));
    const failed = settled.find((one) => one.status === 'rejected');
    if (!failed) return settled.flatMap((one) => (one.status === 'fulfilled' ? one.value : []));
    for (const one of settled) {
      if (one.status === 'fulfilled' && isReady(one.value)) await one.value.session.close();
    }
    throw failed.reason;
  } finally {
    signal?.removeEventListener('abort', stop);
    await threads.close();
  }
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
      coupled: precision.coupled,
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
