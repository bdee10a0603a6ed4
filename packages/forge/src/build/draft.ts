import { toSelvedgeError } from '@selvedge/core/errors';
import type { Digest } from '@selvedge/core/schema';
import { formatBytes } from '@selvedge/core/units';
import type { Engine, Session } from '@selvedge/infer/engine';
import { inspectModel, readModel } from '@selvedge/onnx';
import type { PassNote } from '../report/index.ts';
import { type Precision, type PrecisionJob, precisionOf } from './precision/index.ts';
import { digestOf } from './source-model.ts';

/** A variant that was made and loads, before it is measured. */
export interface Draft {
  readonly id: string;
  readonly precision: Precision;
  readonly bytes: Uint8Array;
  readonly digest: Digest;
  readonly opset: number;
  readonly session: Session;
  readonly notes: readonly PassNote[];
  readonly warnings: readonly string[];
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
  name: string,
  job: PrecisionJob,
  engine: Engine,
  reference: Session,
): Promise<Draft | Skipped> {
  const precision = precisionOf(name);
  const { source } = job;
  const made = await precision.make(job);
  if ('skipped' in made) return { id, precision, ...made };
  const { bytes, notes, warnings } = made;
  const digest = digestOf(bytes);
  if (bytes === source.bytes) {
    const { opset } = source.facts;
    return { id, precision, bytes, digest, opset, session: reference, notes, warnings };
  }
  const larger = whySavesNothing(bytes.length, source.bytes.length);
  if (larger) return { id, precision, skipped: larger, notes };
  const session = await loadOrExplain(engine, bytes, id);
  if ('refused' in session) return { id, precision, skipped: session.refused, notes };
  const { opset } = inspectModel(readModel(bytes, { name: id }));
  return { id, precision, bytes, digest, opset, session, notes, warnings };
}

/** A conversion loses accuracy to save bytes: one that saves none is not worth having. */
const whySavesNothing = (converted: number, source: number): string | undefined =>
  converted < source
    ? undefined
    : `saves nothing: ${formatBytes(converted)} against ${formatBytes(source)}`;

/** A session, or why the engine won't have the model. */
export async function loadOrExplain(
  engine: Engine,
  model: Uint8Array,
  name: string,
): Promise<Session | { readonly refused: string }> {
  try {
    return await engine.load({ model, name });
  } catch (caught) {
    const error = toSelvedgeError(caught, 'engine-failed');
    if (error.code !== 'bad-model' && error.code !== 'out-of-memory') throw error;
    return { refused: `${engine.name} ${engine.version} does not load it: ${error.message}` };
  }
}
