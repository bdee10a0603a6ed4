import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { BuildReport } from '../../report/index.ts';
import type { BuildPlan } from '../plan.ts';
import { digestOf } from '../source-model.ts';
import { copyFileHashed } from '../stage-model.ts';
import type { Staging } from '../staging.ts';
import type { BuildCache, CacheEntry, FileOnDisk } from './build-cache.ts';

/**
 * Writes a build that was made before to the staging directory: every file but the reports, which
 * are written anew from the document.
 *
 * @returns undefined where there is none, or a part of it is damaged
 */
export async function restoreBuild(
  cache: BuildCache,
  key: string,
  plan: BuildPlan,
  staging: Staging,
): Promise<BuildReport | undefined> {
  const entry = await cache.get(key);
  if (!entry) return undefined;
  const report = entry.document as BuildReport;
  const sources = await sourcesOf(plan);
  const weights = sourceWeights(plan, report);
  const bytesOf = async (file: string, digest: string | null) =>
    (await entry.read(file)) ?? (digest === null ? undefined : sources.get(digest));
  const wanted = filesOf(report);
  for (const [file, digest] of wanted) if (!(await bytesOf(file, digest))) return undefined;
  for (const one of weightsOf(report)) {
    if (!(await restoreWeights(one, entry, weights, staging))) return undefined;
  }
  for (const [file, digest] of wanted) {
    const bytes = await bytesOf(file, digest);
    if (!bytes) return undefined;
    await staging.write(file, bytes);
  }
  return report;
}

const restoreWeights = (
  { file, digest }: Weights,
  entry: CacheEntry,
  sources: ReadonlyMap<string, string>,
  staging: Staging,
): Promise<boolean> =>
  staging.place(file, async (path) => {
    if (await entry.place(file, path)) return true;
    const source = sources.get(digest);
    return source !== undefined && (await copyFileHashed(source, path)) === digest;
  });

/**
 * Keeps a finished build, which stands in `out`. What is a copy of a source is not kept: the source
 * is at hand next time. Weights that are streamed are not read into memory.
 */
export async function keepBuild(
  cache: BuildCache,
  key: string,
  plan: BuildPlan,
  report: BuildReport,
  out: string,
): Promise<void> {
  const sources = await sourcesOf(plan);
  const files: Record<string, Uint8Array | FileOnDisk> = {};
  for (const [file, digest] of filesOf(report)) {
    if (digest !== null && sources.has(digest)) continue;
    const bytes = await readFile(join(out, file)).catch(() => undefined);
    // Another build may have replaced this one already.
    if (!bytes || (digest !== null && digestOf(bytes) !== digest)) return;
    files[file] = new Uint8Array(bytes);
  }
  const weights = sourceWeights(plan, report);
  for (const { file, digest, bytes } of weightsOf(report)) {
    if (!weights.has(digest)) files[file] = { path: join(out, file), digest, bytes };
  }
  await cache.put(key, report, files);
}

/** The files of a build besides its reports and weights, with the digests that are known of them. */
function filesOf({ variants, policy }: BuildReport): [file: string, digest: string | null][] {
  const made = variants.flatMap(({ file, digest, golden }): [string, string | null][] => [
    ...(file === null ? [] : [[file, digest] as [string, string | null]]),
    ...(golden ? [[golden.file, golden.digest] as [string, string | null]] : []),
  ]);
  return policy.file === undefined ? made : [...made, [policy.file, null]];
}

type Weights = NonNullable<BuildReport['variants'][number]['data']>[number];

const weightsOf = ({ variants }: BuildReport): Weights[] =>
  variants.flatMap(({ data = [] }) => data);

/** Where the weights stand that the sources name, by digest. */
const sourceWeights = ({ tiers }: BuildPlan, { sources }: BuildReport): Map<string, string> =>
  new Map(
    tiers.flatMap(({ tier, source }) =>
      (sources[tier]?.data ?? []).map(
        ({ location, digest }) => [digest, join(dirname(source), location)] as const,
      ),
    ),
  );

async function sourcesOf({ tiers }: BuildPlan): Promise<Map<string, Uint8Array>> {
  const sources = new Map<string, Uint8Array>();
  for (const { source } of tiers) {
    const bytes = await readFile(source).catch(() => undefined);
    if (bytes) sources.set(digestOf(bytes), new Uint8Array(bytes));
  }
  return sources;
}
