import { inspectModel, readModel } from '@selvedge/onnx';
import type { Precision, PrecisionJob } from '../precision/index.ts';
import type { CompressionMethod } from './method.ts';

/** A job whose model is compressed, or why there is none. */
type CompressedJob = PrecisionJob | { readonly skipped: string };

/**
 * Precisions that are made of a compressed model, each as its plain one is. The model is compressed,
 * and what its activations look like is measured, once for all of them.
 */
export function compressedPrecisions(
  method: CompressionMethod,
  plain: readonly Precision[],
): Precision[] {
  let started: Promise<CompressedJob> | undefined;
  const compressed = (job: PrecisionJob): Promise<CompressedJob> => {
    started ??= compress(method, job);
    return started;
  };
  return plain
    .filter(({ id }) => method.goesWith.includes(id))
    .map((precision) => ({
      ...precision,
      compression: method.id,
      async make(job) {
        const own = await compressed(job);
        return 'skipped' in own ? { notes: [], skipped: own.skipped } : precision.make(own);
      },
    }));
}

async function compress(method: CompressionMethod, job: PrecisionJob): Promise<CompressedJob> {
  const { source, convert, dataOf } = job;
  if (source.data) return { skipped: 'weights that are streamed are not compressed' };
  const made = await convert(method.pass);
  if ('skipped' in made) return { skipped: made.skipped };
  const model = readModel(made.bytes, { name: source.file });
  // What it stores is no news: it was asked for.
  const { parametersOf } = source.facts;
  const own = {
    ...source,
    bytes: made.bytes,
    model,
    facts: { ...inspectModel(model), parametersOf },
  };
  return {
    ...job,
    source: own,
    ...dataOf(model, method.suffix),
    convert: (request, file = own) => convert(request, file),
  };
}
