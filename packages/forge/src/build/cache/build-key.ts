import { cpus } from 'node:os';
import { canonicalJson } from '@selvedge/core/trust';
import type { Engine } from '@selvedge/infer/engine';
import type { LatencyBudget } from '../../measure/index.ts';
import type { BuildInputs, FileDigests } from '../inputs/index.ts';
import type { BuildPlan } from '../plan.ts';
import { digestOf } from '../source-model.ts';
import { digestInput } from './input-digest.ts';
import { toolFingerprint } from './tool-fingerprint.ts';

/** Digests of what a build reads. Of an author's metric there is none: what its module reads is not known. */
export interface InputDigests {
  /** Of each tier's model, its external data included. */
  readonly sources: Readonly<Record<string, string>>;
  readonly evaluation: string | null;
  readonly calibration: string | null;
  readonly policy: string | null;
}

/**
 * Reads everything once, to know whether it was all read before; undefined where a part is missing.
 *
 * @throws SelvedgeError `cancelled`
 */
export async function digestInputs(
  inputs: BuildInputs,
  digests: FileDigests,
  signal?: AbortSignal,
): Promise<InputDigests | undefined> {
  const sources: Record<string, string> = {};
  for (const [tier, source] of Object.entries(inputs.sources)) {
    const digest = await digestInput(source, digests, signal);
    if (digest === undefined) return undefined;
    sources[tier] = digest;
  }
  const parts: (string | null)[] = [];
  for (const input of [inputs.evaluation, inputs.calibration, inputs.policy]) {
    const digest = input ? await digestInput(input, digests, signal) : null;
    if (digest === undefined) return undefined;
    parts.push(digest);
  }
  const [evaluation = null, calibration = null, policy = null] = parts;
  return { sources, evaluation, calibration, policy };
}

/**
 * The key of a whole build: what it reads, what was asked, what builds it and, since it measures
 * latencies, what kind of machine it is on. How many cores that has changes nothing: a model answers
 * on one of them.
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
  return { platform: process.platform, arch: process.arch, cpu: core?.model ?? '' };
};

/** Absent fields and those that are undefined are the same. */
const keyOf = (value: unknown): string =>
  digestOf(canonicalJson(JSON.parse(JSON.stringify(value))));
