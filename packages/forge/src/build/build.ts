import { isDeepStrictEqual } from 'node:util';
import { fail } from '@selvedge/core/errors';
import { apiVersion } from '@selvedge/core/schema';
import type { Engine } from '@selvedge/infer/engine';
import { readRegularText } from '../files/index.ts';
import type { LatencyBudget } from '../measure/index.ts';
import { type BuildReport, formatReport, paretoFront, reportPage } from '../report/index.ts';
import {
  type BuildCache,
  buildKey,
  digestInputs,
  type InputDigests,
  keepBuild,
  restoreBuild,
} from './cache/index.ts';
import { createEnginePool } from './engine-pool.ts';
import {
  type BuildInputs,
  checkUnchanged,
  type FileDigests,
  listInputs,
  openFileDigests,
  refuseInsideOut,
  type Stamps,
  stampInputs,
} from './inputs/index.ts';
import { joinMachine, type Machine, ownMachine } from './machine.ts';
import { noMemo, openMemo } from './memo.ts';
import { type BuildPlan, type PlanOptions, planBuild } from './plan.ts';
import type { BuildProgress } from './progress.ts';
import { digestOf } from './source-model.ts';
import { openStaging, type Staging } from './staging.ts';
import { type BuiltTier, buildTier, type TierContext } from './tier.ts';
import { writeAttestations } from './write-attestations.ts';

export interface BuildOptions extends PlanOptions {
  /** The build directory; its earlier build is replaced when this one is whole. */
  readonly out: string;
  /** The engine that measures and makes golden outputs; ONNX Runtime, a process per core with one thread each, by default. */
  readonly engine?: Engine;
  readonly latency?: LatencyBudget;
  readonly onProgress?: (event: BuildProgress) => void;
  readonly signal?: AbortSignal;
  /** What earlier builds made; absent: everything is made anew. */
  readonly cache?: BuildCache | undefined;
  /** A directory that the builds of this machine share, so that none is timed while another is. */
  readonly machine?: string | undefined;
  /** The time the report carries. */
  readonly now?: () => Date;
  /**
   * The time that every document carries instead of the clock's (reproducible-builds.org,
   * `SOURCE_DATE_EPOCH`); absent: provenance and bills of materials carry none.
   */
  readonly sourceDate?: Date | undefined;
}

/**
 * Builds a model file or a blueprint: one variant for each tier and precision, measured on the
 * evaluation set by real runs, each with a golden document, and `report.json` and `report.md`.
 * The same input and options give the same bytes of every variant; timings are in the report only.
 * OUT holds the whole build or, when this throws, what it held before.
 *
 * @returns the report, and whether a gate said no (`selvedge build` then exits 1)
 * @throws SelvedgeError `not-found`, `bad-model`, `bad-document`, `bad-dataset`, `bad-input`,
 * `usage`, `engine-failed`, `disk-full`, `io-failed`, `data-in-use` while another build is at work in
 * OUT, `conflict` where what is built from changes meanwhile, `cancelled`
 */
export async function build(
  input: string,
  options: BuildOptions,
): Promise<{ readonly report: BuildReport; readonly ok: boolean }> {
  const plan = await planBuild(input, options);
  const engine = options.engine ?? createEnginePool();
  try {
    const inputs = await listInputs(plan, options.signal);
    await refuseInsideOut(inputs, options.out);
    const stamps = await stampInputs(inputs);
    const digests = openFileDigests();
    const known =
      options.cache && (await lookUp(plan, inputs, digests, engine, options.cache, options));
    const staging = await openStaging(options.out);
    const { machine: shared, signal } = options;
    const machine = shared === undefined ? ownMachine : await joinMachine(shared, signal);
    try {
      const recalled = known?.key && (await restoreBuild(known.cache, known.key, plan, staging));
      if (recalled) options.onProgress?.({ stage: 'cached', builtAt: recalled.createdAt });
      const report = recalled
        ? { ...recalled, cached: true as const }
        : await buildInto({
            staging,
            machine,
            plan,
            engine,
            known,
            inputs,
            digests,
            stamps,
            options,
          });
      await writeReports(staging, report, options.sourceDate);
      await checkUnchanged(stamps);
      const isNew =
        known?.key && !recalled && (await isStill(known.inputs, inputs, options.signal));
      await staging.finish();
      if (isNew) await keepBuild(known.cache, known.key as string, plan, report, options.out);
      return { report, ok: gateOf(report) };
    } catch (caught) {
      await staging.discard();
      throw caught;
    } finally {
      machine.leave();
    }
  } finally {
    if (!options.engine) await engine.close();
  }
}

/** A cache, and what is looked for in it. */
interface Known {
  readonly cache: BuildCache;
  /** Where this build would be; absent with an author's metric, whose module may read anything. */
  readonly key?: string;
  readonly inputs: InputDigests;
}

async function lookUp(
  plan: BuildPlan,
  inputs: BuildInputs,
  digests: FileDigests,
  engine: Engine,
  cache: BuildCache,
  { latency, signal }: BuildOptions,
): Promise<Known | undefined> {
  const found = await digestInputs(inputs, digests, signal);
  if (!found) return undefined;
  const key = inputs.metric ? {} : { key: buildKey(plan, found, engine, latency) };
  return { cache, inputs: found, ...key };
}

/** What is kept under a digest was made of what has it, also where a file system's times tell little. */
async function isStill(
  digests: InputDigests,
  inputs: BuildInputs,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  return isDeepStrictEqual(await digestInputs(inputs, openFileDigests(), signal), digests);
}

async function writeReports(
  staging: Staging,
  report: BuildReport,
  sourceDate: Date | undefined,
): Promise<void> {
  await writeAttestations(staging, report, sourceDate && toTimestamp(sourceDate));
  await staging.write('report.json', `${JSON.stringify(report, null, 2)}\n`);
  await staging.write('report.md', formatReport(report));
  await staging.write('report.html', reportPage(report));
}

/** Whether nothing failed, every stated bar is proven, and something was built. */
export function gateOf({ variants, bars }: BuildReport): boolean {
  const made = variants.filter(({ status }) => status !== 'skipped');
  return (
    made.length > 0 &&
    made.every(({ status, tier }) => status === 'pass' || (status === 'unproven' && !bars[tier]))
  );
}

/** What a build is made with. */
interface Work {
  readonly staging: Staging;
  readonly machine: Machine;
  readonly plan: BuildPlan;
  readonly engine: Engine;
  readonly known: Known | undefined;
  readonly inputs: BuildInputs;
  readonly digests: FileDigests;
  readonly stamps: Stamps;
  readonly options: BuildOptions;
}

async function buildInto(work: Work): Promise<BuildReport> {
  const { staging, machine, plan, engine, known, inputs, digests, stamps, options } = work;
  const context: Omit<TierContext, 'memo'> = {
    engine,
    machine,
    staging,
    evaluation: plan.evaluation,
    calibration: plan.calibration,
    digests,
    latency: options.latency,
    progress: options.onProgress ?? (() => {}),
    signal: options.signal,
  };
  const policy = await copyPolicy(staging, plan);
  const tiers: [tier: string, built: BuiltTier][] = [];
  for (const tier of plan.tiers) {
    const memo = known
      ? openMemo(known.cache, engine, known.inputs, plan, tier, stamps, staging.workspace)
      : noMemo;
    tiers.push([tier.tier, await buildTier(tier, { ...context, memo })]);
  }
  checkSameInterface(tiers);
  const { metric } = inputs;
  const digest = metric && (await digests.of(metric.path, options.signal));
  return {
    ...reportOf(plan, tiers, engine, options),
    ...(metric && digest && { metric: { file: metric.path, digest } }),
    policy,
  };
}

async function copyPolicy(staging: Staging, plan: BuildPlan): Promise<BuildReport['policy']> {
  const { labels, unlabelled, policyFile } = plan;
  const privacy = { labels: { ...labels }, ...(unlabelled !== undefined && { unlabelled }) };
  if (policyFile === undefined) return privacy;
  const text = await readRegularText(policyFile, {
    code: 'bad-document',
    name: `the policy ${policyFile}`,
    hint: 'the blueprint names it as policy',
  });
  await staging.write('policy.yaml', text);
  return { ...privacy, file: 'policy.yaml', digest: digestOf(text) };
}

/** A request goes to any tier, so the tiers of a family take and give the same tensors. */
function checkSameInterface(tiers: readonly [string, BuiltTier][]): void {
  const [first, ...others] = tiers;
  if (!first) return;
  for (const [tier, built] of others) {
    for (const side of ['inputs', 'outputs'] as const) {
      const [wanted, found] = [namesOf(first[1][side]), namesOf(built[side])];
      if (wanted === found) continue;
      fail(
        'bad-model',
        `${built.source.file}: tier ${tier} has the ${side} ${found}, tier ${first[0]} has ${wanted}`,
        {
          hint: 'the tiers of one family take and give the same tensors',
          details: { tier, side },
        },
      );
    }
  }
}

const namesOf = (specs: BuiltTier['inputs']): string =>
  specs.map(({ name, type }) => `${name} (${type})`).join(', ');

function reportOf(
  plan: BuildPlan,
  tiers: readonly [string, BuiltTier][],
  engine: Engine,
  options: BuildOptions,
): Omit<BuildReport, 'policy'> {
  const [[, first]] = tiers as [[string, BuiltTier]];
  const { evaluation, calibration } = first;
  const now = options.sourceDate ?? (options.now ?? (() => new Date()))();
  return {
    apiVersion,
    kind: 'BuildReport',
    family: plan.family,
    version: plan.version,
    createdAt: toTimestamp(now),
    ...(plan.licence !== undefined && { licence: plan.licence }),
    ...(plan.description !== undefined && { description: plan.description }),
    model: first.source,
    sources: Object.fromEntries(tiers.map(([tier, { source }]) => [tier, source])),
    inputs: [...first.inputs],
    outputs: [...first.outputs],
    evaluation: evaluation ?? null,
    ...(calibration && { calibration }),
    bars: barsOf(plan),
    asked: askedOf(plan),
    ...variantsOf(tiers),
    toolchain: {
      selvedge: version,
      engine: {
        name: engine.name,
        version: engine.version,
        threads: options.engine ? null : 1,
      },
      node: process.version,
      platform: `${process.platform} ${process.arch}`,
    },
  };
}

function variantsOf(
  tiers: readonly [string, BuiltTier][],
): Pick<BuildReport, 'variants' | 'front'> {
  const fronts = tiers.map(([, { variants }]) => paretoFront(variants));
  const front = fronts.flatMap((one) => one ?? []);
  const variants = tiers.flatMap(([, built]) => built.variants);
  return { variants, ...(front.length > 0 && { front }) };
}

/** Version of this package, as every package of the repository carries it. */
const version = '0.1.0';

function barsOf(plan: BuildPlan): BuildReport['bars'] {
  const stated = plan.tiers.filter(({ bar }) => bar.min !== undefined || bar.maxDrop !== undefined);
  return Object.fromEntries(stated.map(({ tier, bar }) => [tier, { ...bar }]));
}

const askedOf = (plan: BuildPlan): NonNullable<BuildReport['asked']> =>
  Object.fromEntries(
    plan.tiers.map(({ tier, precisions, compression, budget }) => [
      tier,
      {
        precisions: [...precisions],
        ...(compression && { compression: [...compression] }),
        budget: { ...budget },
      },
    ]),
  );

const toTimestamp = (date: Date): string => date.toISOString().replace(/\.\d+Z$/, 'Z');
