import type { Digest } from '@selvedge/core/schema';
import { formatBytes } from '@selvedge/core/units';
import type { Engine, Session } from '@selvedge/infer/engine';
import { inspectModel, readModel } from '@selvedge/onnx';
import type { PassNote, Sensitivity } from '../report/index.ts';
import { loadOrExplain } from './load-or-explain.ts';
import type { ConversionMemo } from './memo.ts';
import { type ModelFile, sizeOf } from './model-file.ts';
import type { Converted, Precision, PrecisionJob } from './precision/index.ts';
import { digestOf } from './source-model.ts';

/** A variant that was made and loads, before it is measured. */
export interface Draft extends ModelFile {
  readonly id: string;
  readonly precision: Precision;
  readonly digest: Digest;
  readonly opset: number;
  readonly session: Session;
  readonly notes: readonly PassNote[];
  readonly warnings: readonly string[];
  readonly sensitivity?: Sensitivity;
  /** The conversion was made by an earlier build. */
  readonly cached: boolean;
}

/** A variant that cannot be made for this model. */
export interface Skipped {
  readonly id: string;
  readonly precision: Precision;
  readonly skipped: string;
  readonly notes: readonly PassNote[];
}

/**
 * Converts a model to a precision and loads the result. What a pass or the engine refuses, and what
 * is no smaller than the source, is skipped with the reason; an engine that breaks is an error.
 *
 * @param reference the source's own session, which fp32 shares
 * @throws SelvedgeError `engine-failed`, `timeout`, `cancelled`
 */
export async function makeDraft(
  id: string,
  precision: Precision,
  job: PrecisionJob,
  memo: ConversionMemo,
  engine: Engine,
  reference: Session,
): Promise<Draft | Skipped> {
  const { source } = job;
  const { made, cached } = await makeOrRecall(precision, job, memo);
  if ('skipped' in made) return { id, precision, ...made };
  const { notes } = made;
  const head = { ...made, id, precision, digest: digestOf(made.bytes), cached };
  if (made.bytes === source.bytes) {
    return { ...head, opset: source.facts.opset, session: reference };
  }
  // A compression may pay on the way to a device alone: that is told once its quality is known.
  const larger = precision.compression ? undefined : whySavesNothing(sizeOf(made), sizeOf(source));
  if (larger) return { id, precision, skipped: larger, notes };
  const session = await loadOrExplain(engine, made, id);
  if ('refused' in session) return { id, precision, skipped: session.refused, notes };
  const { opset } = inspectModel(readModel(made.bytes, { name: id }));
  return { ...head, opset, session };
}

async function makeOrRecall(
  precision: Precision,
  job: PrecisionJob,
  memo: ConversionMemo,
): Promise<{ made: Converted; cached: boolean }> {
  const recalled = await memo.recall(precision);
  if (recalled) return { made: recalled, cached: true };
  const made = await precision.make(job);
  // The source itself is at hand.
  if ('skipped' in made || made.bytes !== job.source.bytes) await memo.keep(precision, made);
  return { made, cached: false };
}

/** A conversion loses accuracy to save bytes: one that saves none is not worth having. */
const whySavesNothing = (converted: number, source: number): string | undefined =>
  converted < source
    ? undefined
    : `saves nothing: ${formatBytes(converted)} against ${formatBytes(source)}`;
