import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Engine } from '@selvedge/infer/engine';
import {
  type BuildCache,
  type CacheEntry,
  draftKey,
  type FileOnDisk,
  type InputDigests,
} from './cache/index.ts';
import { checkUnchanged, isAuthors, type Stamps } from './inputs/index.ts';
import { type DataFile, type DataFiles, modelName } from './model-file.ts';
import type { BuildPlan, TierPlan } from './plan.ts';
import type { Converted, Precision } from './precision/index.ts';

/** Conversions that were made before, of the same model with the same options. */
export interface ConversionMemo {
  recall(precision: Precision): Promise<Converted | undefined>;
  keep(precision: Precision, converted: Converted): Promise<void>;
}

/** Remembers nothing. */
export const noMemo: ConversionMemo = {
  recall: async () => undefined,
  keep: async () => {},
};

/**
 * A tier's conversions in the build cache, each by what its precision depends on. What depends on an
 * author's metric is not there: nobody knows what that depends on.
 *
 * @param workspace makes a directory for weights that are streamed
 * @param stamps of what the build reads: what was made of files that have changed since is not kept
 */
export function openMemo(
  cache: BuildCache,
  engine: Engine,
  inputs: InputDigests,
  plan: BuildPlan,
  tier: TierPlan,
  stamps: Stamps,
  workspace: () => string,
): ConversionMemo {
  const metric = plan.evaluation?.metric;
  const isUnknown = ({ reads }: Precision): boolean =>
    isAuthors(metric) && reads.includes('metric');
  const keyOf = ({ id, reads, compression }: Precision): string => {
    const depends = {
      calibration: inputs.calibration,
      evaluation: inputs.evaluation,
      metric: metric ?? null,
      bar: tier.bar,
      others: tier.precisions,
    };
    const fixes = tier.fix ? { fixedFor: tier.targets } : {};
    const asked = reads.map((what) => depends[what] ?? null);
    const made = { precision: id, ...(compression && { compression }) };
    return draftKey({ source: inputs.sources[tier.tier], ...fixes, ...made, asked }, engine);
  };
  return {
    async recall(precision) {
      if (isUnknown(precision)) return undefined;
      const entry = await cache.get(keyOf(precision));
      if (!entry) return undefined;
      const { weights, ...made } = entry.document as Kept;
      if ('skipped' in made) return made as Converted;
      const bytes = await entry.read(modelFile);
      const data = weights && (await placeWeights(entry, weights, workspace()));
      if (!bytes || (weights && !data)) return undefined;
      return { ...made, bytes, ...(data && { data }) } as Converted;
    },
    async keep(precision, converted) {
      if (isUnknown(precision)) return;
      await checkUnchanged(stamps);
      const key = keyOf(precision);
      if ('skipped' in converted) return cache.put(key, converted, {});
      const { bytes, data, ...made } = converted;
      if (!data) return cache.put(key, made, { [modelFile]: bytes });
      const files: Record<string, Uint8Array | FileOnDisk> = { [modelFile]: bytes };
      for (const { location, digest, ...file } of data.files) {
        if (digest === undefined) return;
        files[location] = { path: join(data.directory, location), digest, bytes: file.bytes };
      }
      return cache.put(key, { ...made, weights: data.files }, files);
    },
  };
}

/** A conversion without its bytes: those are a file, and so are weights beside it. */
type Kept = Omit<Converted, 'bytes' | 'data'> & { readonly weights?: readonly DataFile[] };

const modelFile = modelName;

async function placeWeights(
  entry: CacheEntry,
  files: readonly DataFile[],
  directory: string,
): Promise<DataFiles | undefined> {
  await mkdir(directory, { recursive: true });
  for (const { location } of files)
    if (!(await entry.place(location, join(directory, location)))) return undefined;
  return { directory, files };
}
