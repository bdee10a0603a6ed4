import { toSelvedgeError } from '@selvedge/core/errors';
import type { Digest } from '@selvedge/core/schema';
import { formatBytes } from '@selvedge/core/units';
import type { Engine, Session } from '@selvedge/infer/engine';
import { concat, inspectModel, writeModel } from '@selvedge/onnx';
import type { PassNote } from '../report/index.ts';
import { type Converted, convert } from './convert.ts';
import { digestOf, type LoadedModel } from './source-model.ts';
import { sayWhatItStores } from './stored-as.ts';

/** A variant that was made and loads, before it is measured. */
export interface Draft {
  readonly id: string;
  readonly precision: string;
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
  readonly precision: string;
  readonly skipped: string;
  readonly notes: readonly PassNote[];
}

/**
 * Converts a model to a precision and loads the result. What a pass or the engine refuses, and what
 * is no smaller than the source, is skipped with the reason; an engine that breaks is an error.
 *
 * @param reference the source's own session, which fp32 shares
 * @throws SelvedgeError `engine-failed`, `timeout`
 */
export async function makeDraft(
  id: string,
  precision: string,
  source: LoadedModel,
  engine: Engine,
  reference: Session,
): Promise<Draft | Skipped> {
  if (precision === 'fp32') {
    const { bytes, facts } = source;
    const kept = { notes: [], warnings: sayWhatItStores(facts) };
    return {
      id,
      precision,
      bytes,
      digest: digestOf(bytes),
      opset: facts.opset,
      session: reference,
      ...kept,
    };
  }
  const converted = convertOrExplain(source, precision);
  if ('skipped' in converted) return { id, precision, ...converted };
  const { model, notes, warnings } = converted;
  const bytes = concat(writeModel(model));
  const larger = whySavesNothing(bytes.length, source.bytes.length);
  if (larger) return { id, precision, skipped: larger, notes };
  const session = await loadOrExplain(engine, bytes, id);
  if ('refused' in session) return { id, precision, skipped: session.refused, notes };
  const { opset } = inspectModel(model);
  return { id, precision, bytes, digest: digestOf(bytes), opset, session, notes, warnings };
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

/** A model that a pass stumbles over is skipped for that precision, not the end of the build. */
function convertOrExplain(source: LoadedModel, precision: string): Converted {
  try {
    return convert(source.model, precision);
  } catch (caught) {
    const { message } = toSelvedgeError(caught);
    return { notes: [], skipped: `the conversion failed: ${message}` };
  }
}
