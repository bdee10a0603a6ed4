import type { Engine } from '@selvedge/infer/engine';
import { type BuildCache, draftKey, type InputDigests } from './cache/index.ts';
import { checkUnchanged, isAuthors, type Stamps } from './inputs/index.ts';
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
 * @param stamps of what the build reads: what was made of files that have changed since is not kept
 */
export function openMemo(
  cache: BuildCache,
  engine: Engine,
  inputs: InputDigests,
  plan: BuildPlan,
  tier: TierPlan,
  stamps: Stamps,
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
      const made = entry.document as Omit<Converted, 'bytes'>;
      if ('skipped' in made) return made as Converted;
      const bytes = await entry.read(modelFile);
      return bytes && ({ ...made, bytes } as Converted);
    },
    async keep(precision, converted) {
      // What is streamed is as large as the disk's room for a cache.
      if ('data' in converted || isUnknown(precision)) return;
      await checkUnchanged(stamps);
      const key = keyOf(precision);
      if ('skipped' in converted) return cache.put(key, converted, {});
      const { bytes, ...made } = converted;
      return cache.put(key, made, { [modelFile]: bytes });
    },
  };
}

const modelFile = 'model.onnx';
