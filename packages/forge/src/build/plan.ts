import { basename, dirname, extname, isAbsolute, join } from 'node:path';
import {
  type Blueprint,
  type Compression,
  precisions as known,
  parseBlueprint,
} from '@selvedge/core/blueprint';
import { chipOf } from '@selvedge/core/device';
import { fail } from '@selvedge/core/errors';
import { type FamilyName, nearest, type Tier, type Version } from '@selvedge/core/schema';
import { parse } from 'yaml';
import { readRegularText } from '../files/index.ts';
import { checkMetric } from '../measure/index.ts';
import { checkCompression, compressionOf } from './compression/method.ts';
import type { Bar, Budget } from './gate.ts';
import { precisions as madeHere } from './precision/index.ts';

/** What a build will make, whatever it was asked with. */
export interface BuildPlan {
  readonly family: FamilyName;
  readonly version: Version;
  readonly licence?: string;
  readonly description?: string;
  readonly tiers: readonly TierPlan[];
  readonly evaluation?: { readonly dataset: string; readonly metric?: string };
  /** The calibration set's path. */
  readonly calibration?: string;
  readonly labels: Readonly<Record<string, Tier>>;
  readonly unlabelled?: Tier;
  readonly policyFile?: string;
}

export interface TierPlan {
  readonly tier: Tier;
  readonly source: string;
  readonly precisions: readonly string[];
  /** Tried with each precision that it goes with, and kept where it pays. */
  readonly compression?: readonly Compression[];
  readonly targets: readonly string[];
  /** Whether the model may be changed, its answers kept, so that targets run more of it. */
  readonly fix?: boolean;
  readonly budget: Budget;
  readonly bar: Bar;
}

/** What a caller says besides the model or blueprint; it goes before what the blueprint says. */
export interface PlanOptions {
  /** Names of precisions; `all`: every one that can be built. */
  readonly precisions?: readonly string[] | undefined;
  /** Names of compressions. */
  readonly compression?: readonly string[] | undefined;
  readonly evaluation?: string | undefined;
  readonly calibration?: string | undefined;
  readonly metric?: string | undefined;
  readonly maxDrop?: number | undefined;
  readonly targets?: readonly string[] | undefined;
  /** Changes the model, its answers kept, so that the targets run more of it. */
  readonly fix?: boolean | undefined;
}

/**
 * Reads a blueprint (`.yaml`, `.yml`, `.json`) or makes the plan of a bare model: family
 * `local/<file name>`, version 1.0.0, tier device.
 *
 * @throws SelvedgeError `not-found`, `bad-document` (file, field, expectation), `usage`
 */
export async function planBuild(input: string, options: PlanOptions): Promise<BuildPlan> {
  checkOptions(options);
  const plan = isBlueprint(input)
    ? fromBlueprint(await readBlueprint(input), dirname(input))
    : fromModel(input);
  return checkPlan(withOptions(plan, options), options);
}

export const isBlueprint = (file: string): boolean => /\.(ya?ml|json)$/i.test(file);

async function readBlueprint(file: string): Promise<Blueprint> {
  const text = await readRegularText(file, {
    code: 'not-found',
    hint: 'give the path of a blueprint or of an .onnx file',
    irregular: 'bad-document',
  });
  return parseBlueprint(parseYaml(text, file), file);
}

function parseYaml(text: string, file: string): unknown {
  try {
    return parse(text, { uniqueKeys: true, maxAliasCount: 100 });
  } catch (cause) {
    return fail('bad-document', `${file}: ${firstLine((cause as Error).message)}`, {
      hint: 'expected YAML',
      details: { file },
      cause,
    });
  }
}

const firstLine = (text: string): string => text.split('\n')[0]?.replace(/:$/, '') ?? '';

function fromBlueprint(blueprint: Blueprint, directory: string): BuildPlan {
  const { family, version, licence, description, evaluation, privacy, policy } = blueprint;
  const { calibration } = blueprint;
  return {
    family,
    version,
    ...(licence !== undefined && { licence }),
    ...(description !== undefined && { description }),
    tiers: (['device', 'edge', 'cloud'] as const).flatMap((tier) => {
      const stated = blueprint.tiers[tier];
      if (!stated) return [];
      return {
        tier,
        source: beside(directory, stated.source),
        precisions: stated.precisions,
        ...(stated.compression && { compression: stated.compression }),
        targets: stated.targets ?? [],
        budget: stated.budget ?? {},
        bar: stated.quality ?? {},
      };
    }),
    ...(evaluation && {
      evaluation: {
        dataset: beside(directory, evaluation.dataset),
        ...(evaluation.metric !== undefined && { metric: metricIn(evaluation.metric, directory) }),
      },
    }),
    ...(calibration && { calibration: beside(directory, calibration.dataset) }),
    labels: privacy?.labels ?? {},
    ...(privacy?.unlabelled !== undefined && { unlabelled: privacy.unlabelled }),
    ...(policy !== undefined && { policyFile: beside(directory, policy) }),
  };
}

/** A module is named relative to the blueprint; other metrics are words. */
const metricIn = (metric: string, directory: string): string =>
  extname(metric) === '' ? metric : beside(directory, metric);

/**
 * A blueprint is written by whoever builds, with the rights they have anyway, so its paths may lead
 * anywhere. A model may come from a stranger, so what it names must stand beside it (external-data.ts).
 */
const beside = (directory: string, path: string): string =>
  isAbsolute(path) ? path : join(directory, path);

function fromModel(file: string): BuildPlan {
  const tier: TierPlan = {
    tier: 'device',
    source: file,
    precisions: madeHere,
    targets: [],
    budget: {},
    bar: {},
  };
  return { family: `local/${slugOf(file)}`, version: '1.0.0', tiers: [tier], labels: {} };
}

/** Family names hold lowercase letters, digits and inner hyphens. */
export function slugOf(file: string): string {
  const stem = basename(file, extname(file)).toLowerCase();
  return (
    stem
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-+|-+$/g, '')
      .slice(0, 100) || 'model'
  );
}

function withOptions(plan: BuildPlan, options: PlanOptions): BuildPlan {
  const { precisions, compression, targets, maxDrop, metric } = options;
  const dataset = options.evaluation ?? plan.evaluation?.dataset;
  const chosen = metric ?? plan.evaluation?.metric;
  const calibration = options.calibration ?? plan.calibration;
  return {
    ...plan,
    ...(calibration !== undefined && { calibration }),
    ...(dataset !== undefined && {
      evaluation: { dataset, ...(chosen !== undefined && { metric: chosen }) },
    }),
    tiers: plan.tiers.map((tier) => ({
      ...tier,
      precisions: precisions ? expand(precisions) : tier.precisions,
      ...(compression && { compression: compression.map(checkedCompression) }),
      targets: targets ?? tier.targets,
      ...(options.fix && { fix: true }),
      bar: maxDrop === undefined ? tier.bar : { ...tier.bar, maxDrop },
    })),
  };
}

/** `all` means what can be built; a name that is there already is not added again. */
const expand = (precisions: readonly string[]): string[] => [
  ...new Set(precisions.flatMap((name) => (name === 'all' ? madeHere : name))),
];

function checkedCompression(name: string): Compression {
  checkCompression(name);
  return name;
}

function checkPrecision(name: string): void {
  if (name === 'all' || known.some((precision) => precision === name)) return;
  const meant = nearest(name, [...known, 'all']);
  fail('usage', `no precision is called ${name}`, {
    hint: `${meant === undefined ? '' : `did you mean "${meant}"? `}expected ${known.join(', ')} or all`,
    details: { field: 'precision', found: name },
  });
}

function checkOptions({ maxDrop, targets, precisions }: PlanOptions): void {
  precisions?.forEach(checkPrecision);
  if (maxDrop !== undefined && !(maxDrop >= 0 && maxDrop <= 1)) {
    fail('usage', `--max-drop ${maxDrop} is not a fraction`, {
      hint: 'expected a number from 0 to 1, such as 0.01 for one point',
      details: { field: 'max-drop', found: maxDrop },
    });
  }
  for (const target of targets ?? []) chipOf(target);
}

function checkPlan(plan: BuildPlan, options: PlanOptions): BuildPlan {
  if (options.metric !== undefined && !plan.evaluation) {
    fail('usage', `--metric ${options.metric} has nothing to measure`, {
      hint: 'add --eval with an evaluation set',
      details: { field: 'metric' },
    });
  }
  if (options.fix && plan.tiers.every(({ targets }) => targets.length === 0)) {
    fail('usage', '--fix has nothing to fix the model for', {
      hint: 'add --target with a target of the catalogue',
      details: { field: 'fix' },
    });
  }
  for (const tier of plan.tiers) checkTier(tier);
  if (plan.evaluation?.metric !== undefined) checkMetric(plan.evaluation.metric);
  checkJudged(plan);
  return plan;
}

/** A compression is kept where it pays, and what it costs is not known without. */
function checkJudged({ tiers, evaluation }: BuildPlan): void {
  const compressed = tiers.find(({ compression = [] }) => compression.length > 0);
  if (!compressed || evaluation) return;
  const { tier, compression = [] } = compressed;
  fail(
    'usage',
    `the compression ${compression.join(', ')} of tier ${tier} has nothing to be judged by`,
    {
      hint: 'add --eval with an evaluation set, or evaluation in the blueprint',
      details: { field: 'compression', tier },
    },
  );
}

function checkTier({ targets, precisions, compression = [] }: TierPlan): void {
  for (const target of targets) chipOf(target);
  for (const { id, goesWith } of compression.map(compressionOf)) {
    if (precisions.some((precision) => goesWith.includes(precision))) continue;
    fail('usage', `the compression ${id} goes with none of ${precisions.join(', ')}`, {
      hint: `ask for ${goesWith.join(', ')} too`,
      details: { field: 'compression', found: id },
    });
  }
}
