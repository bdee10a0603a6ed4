import { fail, isSelvedgeError, toSelvedgeError } from '@selvedge/core/errors';
import type { Session, Tensors } from '@selvedge/infer/engine';
import type { Dataset } from '../dataset/index.ts';
import { chooseMetric } from './choose-metric.ts';
import type { Answer, Metric, Summary } from './metric.ts';
import { makeRunner, type Runner } from './runner.ts';
import { unitsOf } from './units.ts';

/** A loaded variant to be measured. */
export interface Contestant {
  readonly id: string;
  readonly session: Session;
  /** Its answers depend on what else is in the batch (dynamic quantisation does). */
  readonly coupled: boolean;
}

export interface Evaluation {
  readonly metric: string;
  readonly samples: number;
  /** By contestant id. */
  readonly summaries: ReadonlyMap<string, Summary>;
  /** Contestants whose engine failed on a sample, with the reason. */
  readonly failed: ReadonlyMap<string, string>;
}

export interface EvaluateOptions {
  /** The unconverted model. */
  readonly reference: Session;
  readonly contestants: readonly Contestant[];
  readonly dataset: Dataset;
  /** `top1`, `agreement`, `snr` or a module's path; absent: by what the data set holds. */
  readonly metric?: string | undefined;
  readonly onProgress?: (done: number, samples: number) => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Measures variants on a data set. Reference and variants go through it side by side, so that
 * differences are paired and no more than a chunk of answers is in memory.
 *
 * @throws SelvedgeError `bad-dataset` when a sample does not run through the reference or can't be
 * scored; `usage`, `bad-input` for the metric; `cancelled`
 */
export async function evaluate(options: EvaluateOptions): Promise<Evaluation> {
  const { dataset, contestants, onProgress, signal } = options;
  const reference = makeRunner(options.reference, dataset.sequence, false);
  const runners = contestants.map(({ session, coupled }) =>
    session === options.reference ? undefined : makeRunner(session, dataset.sequence, coupled),
  );
  const scores = { reference: [] as unknown[], variants: contestants.map(() => [] as unknown[]) };
  const failed = new Map<string, string>();
  let metric: Metric | undefined;
  onProgress?.(0, dataset.samples);
  try {
    for (let first = 0; first < dataset.samples; ) {
      if (signal?.aborted) fail('cancelled', 'the build was cancelled');
      const inputs = await readChunk(dataset, first);
      const truth = await runReference(reference, inputs, first);
      metric ??= await chooseMetric(options.metric, dataset, truth[0] ?? {}, signal);
      const chunk = { first, inputs, truth, expected: await readExpected(dataset, first, inputs) };
      scores.reference.push(...(await score(metric, dataset, chunk, truth)));
      const answerAndScore = async (runner: Runner | undefined, at: number): Promise<void> => {
        const id = contestants[at]?.id ?? '';
        if (failed.has(id)) return;
        const outputs = runner ? await runOrExplain(runner, inputs, first) : truth;
        if (typeof outputs === 'string') failed.set(id, outputs);
        else scores.variants[at]?.push(...(await score(metric as Metric, dataset, chunk, outputs)));
      };
      await together(runners.map(answerAndScore));
      first += inputs.length;
      onProgress?.(first, dataset.samples);
    }
    return summarise(metric as Metric, contestants, scores, failed, dataset);
  } finally {
    await metric?.close?.();
  }
}

/** Waits for all, so that nothing is at work any more when the first failure is thrown. */
async function together(work: readonly Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(work)).find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
}

interface Chunk {
  readonly first: number;
  readonly inputs: readonly Tensors[];
  readonly truth: readonly Tensors[];
  readonly expected: readonly Tensors[];
}

const chunkSamples = 64;
const chunkBytes = 16 << 20;

async function readChunk(dataset: Dataset, first: number): Promise<Tensors[]> {
  const samples: Tensors[] = [];
  let bytes = 0;
  while (
    samples.length < chunkSamples &&
    bytes < chunkBytes &&
    first + samples.length < dataset.samples
  ) {
    const sample = await dataset.sample(first + samples.length);
    for (const { data } of Object.values(sample))
      bytes += 'byteLength' in data ? data.byteLength : 0;
    samples.push(sample);
  }
  return samples;
}

async function readExpected(
  dataset: Dataset,
  first: number,
  inputs: readonly Tensors[],
): Promise<Tensors[]> {
  const rows: Tensors[] = [];
  for (let at = 0; at < inputs.length; at += 1) rows.push(await dataset.expected(first + at));
  return rows;
}

/** The unconverted model loaded, so what it can't run is the data set's fault. */
async function runReference(
  runner: Runner,
  inputs: readonly Tensors[],
  first: number,
): Promise<Tensors[]> {
  try {
    return await runner(inputs, first);
  } catch (caught) {
    const error = toSelvedgeError(caught, 'engine-failed');
    if (error.code !== 'bad-input' && error.code !== 'engine-failed') throw error;
    const which = `samples ${first} to ${first + inputs.length - 1}`;
    return fail('bad-dataset', `the model cannot run ${which}: ${error.message}`, {
      cause: caught,
    });
  }
}

async function runOrExplain(
  runner: Runner,
  inputs: readonly Tensors[],
  first: number,
): Promise<Tensors[] | string> {
  try {
    return await runner(inputs, first);
  } catch (caught) {
    if (isSelvedgeError(caught) && caught.code === 'bad-dataset') throw caught;
    return toSelvedgeError(caught, 'engine-failed').message;
  }
}

async function score(
  metric: Metric,
  dataset: Dataset,
  { first, inputs, truth, expected }: Chunk,
  outputs: readonly Tensors[],
): Promise<unknown[]> {
  const answerAt = (at: number): Answer => ({
    index: first + at,
    inputs: inputs[at] as Tensors,
    outputs: outputs[at] as Tensors,
    reference: truth[at] as Tensors,
    expected: expected[at] as Tensors,
    label: dataset.labels?.[first + at],
  });
  const parts: unknown[] = [];
  while (parts.length < outputs.length) {
    const size = Math.min(scoredAtOnce, outputs.length - parts.length);
    const scored = Array.from({ length: size }, (_, at) => answerAt(parts.length + at));
    parts.push(...(await Promise.all(scored.map(async (answer) => metric.score(answer)))));
  }
  return parts;
}

/** A metric in a thread of its own is not waited for after every answer. */
const scoredAtOnce = 16;

function summarise(
  metric: Metric,
  contestants: readonly Contestant[],
  scores: { reference: readonly unknown[]; variants: readonly (readonly unknown[])[] },
  failed: ReadonlyMap<string, string>,
  { samples, sequence }: Dataset,
): Evaluation {
  const units = unitsOf(samples, sequence);
  const summaries = new Map<string, Summary>();
  for (const [at, { id }] of contestants.entries()) {
    if (failed.has(id)) continue;
    summaries.set(id, metric.summarise(scores.variants[at] ?? [], scores.reference, units));
  }
  return { metric: metric.name, samples, summaries, failed };
}
