import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BuildReport } from '../../report/index.ts';
import type { BuildPlan } from '../plan.ts';
import { digestOf } from '../source-model.ts';
import type { Staging } from '../staging.ts';
import type { BuildCache } from './build-cache.ts';

/**
 * Writes a build that was made before to the staging directory: every file but the reports, which
 * are written anew from the document.
 *
 * @returns undefined where there is none, or a part of it is damaged: nothing is written then
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
  const bytesOf = async (file: string, digest: string | null) =>
    (await entry.read(file)) ?? (digest === null ? undefined : sources.get(digest));
  const wanted = filesOf(report);
  for (const [file, digest] of wanted) if (!(await bytesOf(file, digest))) return undefined;
  for (const [file, digest] of wanted) {
    const bytes = await bytesOf(file, digest);
    if (!bytes) return undefined;
    await staging.write(file, bytes);
  }
  return report;
}

/** Keeps a finished build, which stands in `out`. What is a copy of a source is not kept: the source is at hand next time. */
export async function keepBuild(
  cache: BuildCache,
  key: string,
  plan: BuildPlan,
  report: BuildReport,
  out: string,
): Promise<void> {
  // Weights that are streamed are too large to stand here twice.
  if (report.variants.some(({ data }) => data)) return;
  const sources = await sourcesOf(plan);
  const files: Record<string, Uint8Array> = {};
  for (const [file, digest] of filesOf(report)) {
    if (digest !== null && sources.has(digest)) continue;
    const bytes = await readFile(join(out, file)).catch(() => undefined);
    // Another build may have replaced this one already.
    if (!bytes || (digest !== null && digestOf(bytes) !== digest)) return;
    files[file] = new Uint8Array(bytes);
  }
  await cache.put(key, report, files);
}

/** The files of a build besides its reports, with the digests that are known of them. */
function filesOf({ variants, policy }: BuildReport): [file: string, digest: string | null][] {
  const made = variants.flatMap(({ file, digest, golden }): [string, string | null][] => [
    ...(file === null ? [] : [[file, digest] as [string, string | null]]),
    ...(golden ? [[golden.file, golden.digest] as [string, string | null]] : []),
  ]);
  return policy.file === undefined ? made : [...made, [policy.file, null]];
}

async function sourcesOf({ tiers }: BuildPlan): Promise<Map<string, Uint8Array>> {
  const sources = new Map<string, Uint8Array>();
  for (const { source } of tiers) {
    const bytes = await readFile(source).catch(() => undefined);
    if (bytes) sources.set(digestOf(bytes), new Uint8Array(bytes));
  }
  return sources;
}
