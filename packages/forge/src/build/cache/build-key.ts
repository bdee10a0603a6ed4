import { readFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { dirname, join } from 'node:path';
import { canonicalJson } from '@selvedge/core/trust';
import type { Engine } from '@selvedge/infer/engine';
import { externalReferences, readModel } from '@selvedge/onnx';
import type { LatencyBudget } from '../../measure/index.ts';
import type { BuildPlan } from '../plan.ts';
import { digestOf } from '../source-model.ts';
import { digestModule, digestPath, hashFiles } from './input-digest.ts';
import { toolFingerprint } from './tool-fingerprint.ts';

/** Digests of everything a build reads. */
export interface InputDigests {
  /** Of each tier's model, its external data included. */
  readonly sources: Readonly<Record<string, string>>;
  readonly evaluation: string | null;
  readonly calibration: string | null;
  /** Of the author's module; null for the metrics that have a name. */
  readonly metric: string | null;
  readonly policy: string | null;
}

/** Reads everything once, to know whether it was all read before; undefined where a part is missing. */
export async function digestInputs(plan: BuildPlan): Promise<InputDigests | undefined> {
  const sources: Record<string, string> = {};
  for (const { tier, source } of plan.tiers) {
    const digest = await digestModelFiles(source);
    if (digest === undefined) return undefined;
    sources[tier] = digest;
  }
  const { evaluation, calibration, policyFile } = plan;
  const module = evaluation?.metric?.includes('.') ? evaluation.metric : undefined;
  const parts = [
    evaluation && (await digestPath(evaluation.dataset)),
    calibration === undefined ? undefined : await digestPath(calibration),
    module === undefined ? undefined : await digestModule(module),
    policyFile === undefined ? undefined : await digestPath(policyFile),
  ];
  const asked = [evaluation, calibration, module, policyFile];
  if (parts.some((part, at) => part === undefined && asked[at] !== undefined)) return undefined;
  const [evaluationDigest, calibrationDigest, metric, policy] = parts.map((part) => part ?? null);
  return {
    sources,
    evaluation: evaluationDigest ?? null,
    calibration: calibrationDigest ?? null,
    metric: metric ?? null,
    policy: policy ?? null,
  };
}

/**
 * The key of a whole build: what it reads, what was asked, what builds it and, since it measures
 * latencies, which machine it is on.
 */
export const buildKey = (
  plan: BuildPlan,
  inputs: InputDigests,
  engine: Engine,
  latency: LatencyBudget | undefined,
): string =>
  keyOf({
    kind: 'build',
    plan,
    inputs,
    latency: latency ?? null,
    machine: machine(),
    ...maker(engine),
  });

/** The key of one conversion. @param asked the precision and every option and input it depends on */
export const draftKey = (asked: unknown, engine: Engine): string =>
  keyOf({ kind: 'draft', asked, ...maker(engine) });

const maker = ({ name, version }: Engine) => ({
  tool: toolFingerprint(),
  engine: { name, version },
  node: process.version,
});

const machine = () => {
  const [core] = cpus();
  return {
    platform: process.platform,
    arch: process.arch,
    cpu: core?.model ?? '',
    cores: cpus().length,
  };
};

/** Absent fields and those that are undefined are the same. */
const keyOf = (value: unknown): string =>
  digestOf(canonicalJson(JSON.parse(JSON.stringify(value))));

async function digestModelFiles(path: string): Promise<string | undefined> {
  const file = await readFile(path).catch(() => undefined);
  if (!file) return undefined;
  const own = digestOf(file);
  const locations = externalLocations(file);
  if (!locations) return undefined;
  if (locations.length === 0) return own;
  const external = await hashFiles(
    locations.map((location) => [location, join(dirname(path), location)]),
  );
  return external && digestOf(`${own}\n${external}`);
}

/** Undefined for what is no model: the build says so itself. */
function externalLocations(file: Uint8Array): string[] | undefined {
  try {
    const references = externalReferences(readModel(file));
    return [...new Set(references.map(({ location }) => location))].sort();
  } catch {
    return undefined;
  }
}
