import { basename } from 'node:path';
import { predicateTypes } from '@selvedge/core/release';
import type { BuildReport, BuiltVariant } from '../report/index.ts';
import { type Statement, type Subject, statement, subjectOf } from './statement.ts';

/** A dependency or a by-product (in-toto `ResourceDescriptor`). */
interface Resource extends Subject {
  readonly annotations?: Readonly<Record<string, string | number>>;
}

/** SLSA provenance, v1 (slsa.dev/spec/v1.0/provenance). */
export interface Provenance {
  readonly buildDefinition: {
    readonly buildType: string;
    readonly externalParameters: Readonly<Record<string, unknown>>;
    readonly internalParameters: Readonly<Record<string, unknown>>;
    readonly resolvedDependencies: readonly Resource[];
  };
  readonly runDetails: {
    readonly builder: { readonly id: string; readonly version: Readonly<Record<string, string>> };
    readonly metadata?: { readonly finishedOn: string };
    readonly byproducts: readonly Resource[];
  };
}

/** A variant that was made: without a file there is nothing to say anything of. */
export type MadeVariant = BuiltVariant & { readonly file: string; readonly digest: string };

export const isMade = (variant: BuiltVariant): variant is MadeVariant =>
  variant.file !== null && variant.digest !== null;

export interface ProvenanceOptions {
  /** When the build was made; absent where the same variant shall give the same bytes. */
  readonly finishedOn?: string | undefined;
  /** Artifacts that hold the variant, besides its files: its OCI manifest. */
  readonly holders?: readonly Subject[];
}

/**
 * Where a variant comes from: its source model, the weights beside that, its calibration and
 * evaluation set, the author's metric and policy, each by digest, the tool with its version, and what it was asked. Files are named without their directories.
 */
export function provenanceOf(
  report: BuildReport,
  variant: MadeVariant,
  { finishedOn, holders = [] }: ProvenanceOptions = {},
): Statement<Provenance> {
  const { selvedge, engine, node, platform } = report.toolchain;
  // Named one by one: a report that was read back has its keys in another order.
  const { name, version, threads } = engine;
  const { golden } = variant;
  return statement([...subjectsOf(variant), ...holders], predicateTypes.provenance, {
    buildDefinition: {
      buildType: 'https://selvedge.dev/build/v1',
      externalParameters: parametersOf(report, variant),
      internalParameters: { engine: { name, version, threads }, platform },
      resolvedDependencies: dependenciesOf(report, variant),
    },
    runDetails: {
      builder: { id: 'https://selvedge.dev/forge', version: { selvedge, node } },
      ...(finishedOn !== undefined && { metadata: { finishedOn } }),
      byproducts: golden ? [subjectOf(basename(golden.file), golden.digest)] : [],
    },
  });
}

/** The model, and the weights beside it. */
export const subjectsOf = ({ file, digest, data = [] }: MadeVariant): Subject[] => [
  subjectOf(basename(file), digest),
  ...data.map(({ location, digest: weights }) => subjectOf(location, weights)),
];

/** What the variant was asked to be, and what the tier was asked for with it. */
function parametersOf(report: BuildReport, variant: MadeVariant): Record<string, unknown> {
  const { tier, precision, engine, targets, quality, compression } = variant;
  const { family, version, bars, sources } = report;
  const fixed = sources[tier]?.fixed !== undefined;
  const bar = bars[tier];
  const asked = report.asked?.[tier];
  return {
    family,
    version,
    tier,
    precision,
    ...(compression && { compression: compression.method }),
    engine,
    targets,
    fix: fixed,
    ...(asked && { asked: statedAs(asked) }),
    ...(bar && { quality: statedIn(bar) }),
    ...(quality && { metric: quality.metric }),
  };
}

// As above: key by key, whatever order a report that was read back has them in.
function statedAs({ precisions, compression, budget }: NonNullable<BuildReport['asked']>[string]) {
  const { maxBytes, maxMemoryBytes, maxLatencyMs, maxFallback } = budget;
  return {
    precisions,
    ...(compression && { compression }),
    budget: {
      ...(maxBytes !== undefined && { maxBytes }),
      ...(maxMemoryBytes !== undefined && { maxMemoryBytes }),
      ...(maxLatencyMs !== undefined && { maxLatencyMs }),
      ...(maxFallback !== undefined && { maxFallback }),
    },
  };
}

const statedIn = ({ min, maxDrop }: BuildReport['bars'][string]) => ({
  ...(min !== undefined && { min }),
  ...(maxDrop !== undefined && { maxDrop }),
});

function dependenciesOf(report: BuildReport, { tier }: MadeVariant): Resource[] {
  const source = report.sources[tier] ?? report.model;
  const model = {
    ...subjectOf(basename(source.file), source.digest),
    annotations: { role: 'source model' },
  };
  const weights = (source.data ?? []).map(({ location, digest }) => ({
    ...subjectOf(location, digest),
    annotations: { role: 'weights of the source model' },
  }));
  const { calibration, evaluation, metric, policy } = report;
  return [
    model,
    ...weights,
    ...dataSet('calibration', calibration),
    ...dataSet('evaluation', evaluation),
    ...module(metric),
    ...authorsPolicy(policy),
  ];
}

const module = (metric: BuildReport['metric']): Resource[] =>
  metric
    ? [
        {
          ...subjectOf(basename(metric.file), metric.digest),
          annotations: { role: 'metric', digestOf: 'the module, not what it imports' },
        },
      ]
    : [];

const authorsPolicy = ({ file, digest }: BuildReport['policy']): Resource[] =>
  file === undefined || digest === undefined
    ? []
    : [{ ...subjectOf(basename(file), digest), annotations: { role: 'routing policy' } }];

/** A data set's digest is over the names and contents of its files. */
function dataSet(role: string, set: BuildReport['evaluation'] | undefined): Resource[] {
  if (!set) return [];
  const { path, digest, samples } = set;
  const annotations = {
    role: `${role} data set`,
    samples,
    digestOf: 'names and contents of files',
  };
  return [{ ...subjectOf(basename(path), digest), annotations }];
}
