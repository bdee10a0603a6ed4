import { fail, SelvedgeError, toSelvedgeError } from '@selvedge/core/errors';
import type { InstallTarget } from '@selvedge/core/release';
import type { Session } from '@selvedge/infer/engine';
import { checkGolden } from '@selvedge/infer/golden';
import type { ContentStore } from '../store/index.ts';
import { loadVariant } from './load-variant.ts';
import type { LoadModel } from './ports.ts';

/** One golden case may take so long before the variant counts as hung. */
const caseTimeoutMs = 60_000;

/**
 * Loads a staged variant in the engine and has it answer its golden inputs (promise 3). Returns
 * the session, which has then proven itself on this device.
 *
 * @throws SelvedgeError `golden-failed`; what loading throws. {@link isVariantsFault} tells which
 * of them are the variant's own.
 */
export async function tryVariant(
  store: ContentStore,
  target: InstallTarget,
  load: LoadModel,
): Promise<Session> {
  const { model, golden } = await loadVariant(store, target);
  const session = await load(model, target);
  try {
    const result = await checkGolden(session, golden, { timeoutMs: caseTimeoutMs });
    if (result.ok) return session;
    fail('golden-failed', `${target.variant.id} ${target.version}: ${result.message}`, {
      hint: 'the release is not installed on this device; the one before answers',
      details: { digest: target.variant.manifest.digest, worst: result.worst },
    });
  } catch (caught) {
    await session.close().catch(() => {});
    const error = toSelvedgeError(caught);
    if (error.code !== 'bad-input') throw error;
    // The golden inputs do not fit the model: a wrong answer as good as any.
    throw new SelvedgeError('golden-failed', error.message, {
      hint: error.hint,
      details: error.details,
      cause: error,
    });
  }
}

/**
 * Whether an error of {@link tryVariant} condemns the variant on this engine. Others (an engine
 * that crashed, a disk that failed) may pass; the reducer counts their trials. A document that needs
 * a newer reader waits for it.
 */
export const isVariantsFault = (error: SelvedgeError): boolean =>
  error.details.critical === undefined &&
  ['golden-failed', 'bad-model', 'out-of-memory', 'bad-document', 'trust-mismatch'].includes(
    error.code,
  );
