import { dirname, join } from 'node:path';
import { fail, isSelvedgeError } from '@selvedge/core/errors';
import type { Digest, TensorSpec, Tier } from '@selvedge/core/schema';
import type { Engine, Session } from '@selvedge/infer/engine';
import { type Dataset, readDataset } from '../dataset/index.ts';
import {
  defaultLatencyBudget,
  type Evaluation,
  evaluate,
  type LatencyBudget,
  mayBatch,
  runBatch,
} from '../measure/index.ts';
import type {
  BuiltVariant,
  CompressionSaving,
  SourceFixes,
  SourceModel,
  SourceWeights,
} from '../report/index.ts';
import { calibrationFindings } from './calibration-findings.ts';
import { findSaving } from './compression/index.ts';
import { type Draft, makeDraft, type Skipped } from './draft.ts';
import { chooseExamples } from './examples.ts';
import { finishVariant, type Measured, skippedVariant } from './finish-variant.ts';
import { fixSource } from './fix-source.ts';
import type { FileDigests } from './inputs/index.ts';
import { loadOrExplain } from './load-or-explain.ts';
import type { Machine } from './machine.ts';
import type { ConversionMemo } from './memo.ts';
import { openData } from './open-data.ts';
import { Outlook } from './outlook.ts';
import type { BuildPlan, TierPlan } from './plan.ts';
import { openPassThreads, type PrecisionJob } from './precision/index.ts';
import type { BuildProgress, Count, Counted } from './progress.ts';
import { refuseUnknown } from './refuse-unknown.ts';
import { type LoadedModel, loadModel } from './source-model.ts';
import type { Staging } from './staging.ts';
import { type VariantKind, variantKinds } from './variant-kinds.ts';

export interface TierContext {
  readonly engine: Engine;
  /** Who else builds on it. */
  readonly machine: Machine;
  readonly staging: Staging;
  readonly evaluation: BuildPlan['evaluation'];
  /** The calibration set's path. */
  readonly calibration: string | undefined;
  readonly latency: LatencyBudget | undefined;
  /** Of what the build reads. */
  readonly digests: FileDigests;
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
  readonly evaluation: UsedSet | undefined;
  readonly calibration: UsedSet | undefined;
}

/** A data set that a tier was measured on. */
export interface UsedSet {
  readonly path: string;
  readonly digest: Digest;
  readonly samples: number;
  /** What makes it look unlike what the model is really given. */
  readonly warnings?: string[];
}

/**
 * Makes a tier's variants, measures them and writes them with their golden documents. Where the
 * engine has no kernel for the source itself there is nothing to compare with, and every variant is
 * skipped: the first gives the reason, the others name the first.
 *
 * @throws SelvedgeError `bad-model`, `bad-dataset`, `bad-input`, `engine-failed`, `cancelled`
 */
export async function buildTier(plan: TierPlan, context: TierContext): Promise<BuiltTier> {
  const { engine, progress } = context;
  progress({ stage: 'load', tier: plan.tier });
  const { source, fixed } = await loadSource(plan, engine);
  for (const message of fixed?.warnings ?? [])
    progress({ stage: 'warning', tier: plan.tier, message });
  const { inputs, outputs } = source.facts;
  const described = { source: await sourceOf(source, fixed, context), inputs, outputs };
  const reference = await loadOrExplain(engine, source, plan.source);
  if ('refused' in reference) {
    if (reference.unknown) refuseUnknown(reference.unknown, source, engine);
    const variants = skipAll(plan, reference.refused, engine);
    return { ...described, variants, evaluation: undefined, calibration: undefined };
  }
  try {
    return { ...described, ...(await measureTier(plan, source, reference, context)) };
  } finally {
    await reference.close();
  }
}

/** The tier's model, changed where the plan says so. */
async function loadSource(
  plan: TierPlan,
  engine: Engine,
): Promise<{ source: LoadedModel; fixed?: SourceFixes }> {
  const source = await loadModel(plan.source);
  return plan.fix ? fixSource(source, plan.targets, engine) : { source };
}

function skipAll(plan: TierPlan, reason: string, engine: Engine): BuiltVariant[] {
  const kinds = variantKinds(plan);
  return kinds.map((kind) => {
    const why = kind === kinds[0] ? reason : `as ${kinds[0]?.id}`;
    return skippedVariant(plan, { ...kind, notes: [] }, why, engine);
  });
}

async function measureTier(
  plan: TierPlan,
  source: LoadedModel,
  reference: Session,
  context: TierContext,
): Promise<Pick<BuiltTier, 'variants' | 'evaluation' | 'calibration'>> {
  const dataset = await openDataset(context.evaluation?.dataset, source, reference);
  let calibration: Dataset | undefined;
  let drafts: readonly (Draft | Skipped)[] = [];
  try {
    calibration = await openDataset(context.calibration, source, reference);
    const sets = { evaluation: dataset, calibration };
    const warnings = await warnOf(plan.tier, sets, reference, context);
    const known = dataset ?? calibration;
    const sampleMs = known ? await timeOne(reference, known) : 0;
    const kinds = variantKinds(plan);
    const begin = counter(plan.tier, kinds.length, sets, sampleMs, context);
    drafts = await makeDrafts(plan, kinds, source, reference, sets, begin, context);
    const ready = drafts.filter(isReady);
    const evaluation = dataset && (await evaluateAll(ready, reference, dataset, begin, context));
    const examples = await chooseExamples(reference, dataset);
    const measured = { evaluation, examples, dataset, reference, drafts: ready };
    const variants: BuiltVariant[] = [];
    for (const draft of drafts) {
      throwIfCancelled(context.signal);
      variants.push(await finishOrSkip(plan, draft, measured, context));
    }
    return { variants, evaluation: usedOf(dataset), calibration: usedOf(calibration, warnings) };
  } finally {
    await dataset?.close();
    await calibration?.close();
    for (const { session } of drafts.filter(isReady)) await session.close();
  }
}

const usedOf = (set: Dataset | undefined, warnings: readonly string[] = []): UsedSet | undefined =>
  set && {
    path: set.path,
    digest: set.digest,
    samples: set.samples,
    ...(warnings.length > 0 && { warnings: [...warnings] }),
  };

async function warnOf(
  tier: Tier,
  { calibration, evaluation }: DataSets,
  reference: Session,
  { progress }: TierContext,
): Promise<string[]> {
  if (!calibration) return [];
  const warnings = await calibrationFindings(calibration, evaluation, reference.inputs);
  for (const message of warnings) progress({ stage: 'warning', tier, message });
  return warnings;
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
  const saving = await savingOf(plan, draft, measured);
  if (typeof saving === 'string') return skippedVariant(plan, draft, saving, engine);
  try {
    return await finishVariant(plan, draft, measured, context, saving);
  } catch (caught) {
    if (!isSelvedgeError(caught) || caught.code !== 'engine-failed') throw caught;
    return skippedVariant(plan, draft, caught.message, engine);
  }
}

/** What a compressed variant saves, or why it is not worth having; undefined of a plain one. */
async function savingOf(
  plan: TierPlan,
  draft: Draft,
  { evaluation, drafts }: Measured,
): Promise<CompressionSaving | string | undefined> {
  if (!draft.precision.compression) return undefined;
  const plain = drafts.find(
    ({ precision }) => precision.id === draft.precision.id && !precision.compression,
  );
  if (!plain || !evaluation || evaluation.failed.has(plain.id))
    return `there is no plain ${draft.precision.id} to compare it with`;
  return findSaving(draft, plain, evaluation, plan.bar);
}

async function sourceOf(
  { file, digest, fileBytes, external, facts }: LoadedModel,
  fixed: SourceFixes | undefined,
  { digests, signal }: TierContext,
): Promise<SourceModel> {
  const data: SourceWeights[] = [];
  for (const { location, bytes } of external) {
    const path = join(dirname(file), location);
    const found = await digests.of(path, signal);
    data.push({ location, digest: found ?? failUnreadable(path), bytes });
  }
  return {
    file,
    digest,
    bytes: fileBytes,
    ...(data.length > 0 && { data }),
    nodes: facts.nodes,
    parameters: facts.parameters,
    ...(fixed && { fixed }),
  };
}

const failUnreadable = (path: string): never =>
  fail('bad-model', `the external data ${path} cannot be read`, {
    hint: 'put the external data beside the model',
    details: { file: path },
  });

/** All at once, as far as there are cores; where one fails the others are let finish and closed. */
async function makeDrafts(
  plan: TierPlan,
  kinds: readonly VariantKind[],
  source: LoadedModel,
  reference: Session,
  sets: DataSets,
  begin: Begin,
  context: TierContext,
): Promise<(Draft | Skipped)[]> {
  const { engine, memo, staging, progress, signal } = context;
  const threads = openPassThreads(source.facts.nodes);
  const stop = () => void threads.close();
  signal?.addEventListener('abort', stop, { once: true });
  const job: PrecisionJob = {
    source,
    ...(await openData({
      ...{ source, reference, engine, staging, signal, ...sets },
      metric: context.evaluation?.metric,
      begin: (what) => begin('calibrate', what),
    })),
    bar: plan.bar,
    others: plan.precisions,
    progress: begin('mix'),
    convert: (request, file = source) => threads.run(file, request, staging.workspace()),
  };
  const make = async ({ id, precision }: VariantKind): Promise<Draft | Skipped> => {
    throwIfCancelled(signal);
    const draft = await makeDraft(id, precision, job, memo, engine, reference);
    progress({ stage: 'convert', tier: plan.tier, variant: id });
    return draft;
  };
  try {
    const settled = await Promise.allSettled(kinds.map(make));
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

/** Begins to tell how far a piece of work is. */
type Begin = (stage: Counted['stage'], what?: string) => Count;

function counter(
  tier: Tier,
  kinds: number,
  { evaluation }: DataSets,
  sampleMs: number,
  { latency = defaultLatencyBudget, progress }: TierContext,
): Begin {
  const outlook = new Outlook({
    variants: kinds,
    evaluationSamples: evaluation?.samples ?? 0,
    sampleMs,
    timingMs: sampleMs > 0 ? Math.min(latency.maxMs, latency.maxRuns * sampleMs) : latency.maxMs,
  });
  return (stage, what) => {
    let left: ReturnType<Outlook['begin']> | undefined;
    return (done, total) => {
      left ??= outlook.begin(stage);
      const remainingMs = left(done, total);
      progress({ stage, tier, ...(what !== undefined && { what }), done, total, remainingMs });
    };
  };
}

/** A model that takes longer for one sample is timed with one: the build shows nothing meanwhile. */
const quickMs = 20;
/** So many samples of a quick one. */
const timedSamples = 32;

/**
 * A sample's time, roughly, transport included and stacked where the evaluation stacks them; what
 * does not run is told when it matters.
 */
async function timeOne(reference: Session, dataset: Dataset): Promise<number> {
  try {
    const inputs = { ...(await dataset.sample(0)), ...dataset.sequence?.initial };
    await reference.run(inputs);
    const oneMs = await elapsed(() => reference.run(inputs));
    if (oneMs > quickMs || dataset.sequence) return oneMs;
    const samples = Array.from({ length: timedSamples }, () => inputs);
    const manyMs = mayBatch(reference)
      ? await elapsed(() => runBatch(reference, samples))
      : await elapsed(async () => {
          for (const sample of samples) await reference.run(sample);
        });
    return Math.min(oneMs, manyMs / timedSamples);
  } catch {
    return 0;
  }
}

async function elapsed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

interface DataSets {
  readonly evaluation: Dataset | undefined;
  readonly calibration: Dataset | undefined;
}

/** Tree ensembles (ai.onnx.ml) read NaN as a missing value; elsewhere it only spreads. */
async function openDataset(
  path: string | undefined,
  { facts }: LoadedModel,
  reference: Session,
): Promise<Dataset | undefined> {
  if (path === undefined) return undefined;
  const refuseNaN = !Object.keys(facts.opsets).includes('ai.onnx.ml');
  return readDataset(path, reference.inputs, { refuseNaN });
}

async function evaluateAll(
  drafts: readonly Draft[],
  reference: Session,
  dataset: Dataset,
  begin: Begin,
  { evaluation, signal }: TierContext,
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
    onProgress: begin('evaluate'),
  });
}

function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted) fail('cancelled', 'the build was cancelled');
}
