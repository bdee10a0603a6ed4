import { readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type ErrorCode, fail } from '@selvedge/core/errors';
import { readModel } from '@selvedge/onnx';
import { statRegular } from '../../files/index.ts';
import { findExternalFiles } from '../external-data.ts';
import type { BuildPlan } from '../plan.ts';
import { readModelBytes } from '../source-model.ts';

/** A thing that a build was given, and the files it consists of under the names that tell them apart. */
export interface BuildInput {
  readonly path: string;
  readonly files: readonly (readonly [name: string, path: string])[];
}

/** Every file that a build reads, as far as it can be told: what a metric's module reads cannot. */
export interface BuildInputs {
  readonly sources: Readonly<Record<string, BuildInput>>;
  readonly evaluation: BuildInput | undefined;
  readonly calibration: BuildInput | undefined;
  readonly metric: BuildInput | undefined;
  readonly policy: BuildInput | undefined;
}

/**
 * Looks at what a plan names. Models are read, for the files that they name; of the rest what is
 * missing has no files: the build says itself what it needs of it.
 *
 * @throws SelvedgeError `not-found`, `bad-model`, `cancelled`; `bad-dataset`, `bad-input` or
 * `bad-document` for what would not end, a pipe or a device
 */
export async function listInputs(
  plan: BuildPlan,
  signal: AbortSignal | undefined,
): Promise<BuildInputs> {
  const sources: Record<string, BuildInput> = {};
  for (const { tier, source } of plan.tiers) {
    throwIfAborted(signal);
    sources[tier] = await modelInput(source);
  }
  const { evaluation, calibration, policyFile } = plan;
  return {
    sources,
    evaluation: evaluation && (await dataInput(evaluation.dataset)),
    calibration: calibration === undefined ? undefined : await dataInput(calibration),
    metric: isAuthors(evaluation?.metric)
      ? await fileInput(evaluation.metric, 'bad-input')
      : undefined,
    policy: policyFile === undefined ? undefined : await fileInput(policyFile, 'bad-document'),
  };
}

/** A metric that is a module of the author's; others have a name without a suffix. */
export const isAuthors = (metric: string | undefined): metric is string =>
  metric?.includes('.') === true;

/** @throws SelvedgeError `cancelled` */
export function throwIfAborted(signal: AbortSignal | undefined, what = 'the build'): void {
  if (signal?.aborted) fail('cancelled', `${what} was cancelled`);
}

/** All of them. */
export const inputsOf = (inputs: BuildInputs): BuildInput[] => {
  const { sources, evaluation, calibration, metric, policy } = inputs;
  const others = [evaluation, calibration, metric, policy];
  return [...Object.values(sources), ...others.filter((one) => one !== undefined)];
};

async function modelInput(path: string): Promise<BuildInput> {
  const model = readModel(await readModelBytes(path), { name: path });
  const external = await findExternalFiles(model, path);
  const locations = external.map(({ location }) => location).sort();
  const beside = locations.map((location) => [location, join(dirname(path), location)] as const);
  return { path, files: [['', path], ...beside] };
}

/** A data set: a file or, of a directory, the data in it. */
async function dataInput(path: string): Promise<BuildInput> {
  const found = await stat(path).catch(() => undefined);
  if (!found) return { path, files: [] };
  if (!found.isDirectory()) return fileInput(path, 'bad-dataset');
  const names = (await readdir(path)).filter((name) => /\.(npy|npz|json)$/.test(name)).sort();
  const files = names.map((name) => [name, join(path, name)] as const);
  for (const [, file] of files) await statRegular(file, 'bad-dataset');
  return { path, files };
}

async function fileInput(path: string, code: ErrorCode): Promise<BuildInput> {
  await statRegular(path, code);
  return { path, files: [['', path]] };
}
