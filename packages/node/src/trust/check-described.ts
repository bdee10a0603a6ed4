import { createHash } from 'node:crypto';
import { isSelvedgeError, toSelvedgeError } from '@selvedge/core/errors';
import type { Descriptor } from '@selvedge/core/schema';
import { failForStatus, httpFetch } from '../http/index.ts';

/** What a registry has under a descriptor. */
export type Described =
  | { readonly ok: true; readonly bytes: Uint8Array; readonly detail: string }
  | { readonly ok: false; readonly detail: string };

/**
 * Fetches what a descriptor names and holds it against its size and digest.
 *
 * @param base the repository's `…/manifests/` or `…/blobs/`.
 * @param keep false: large bytes are counted and let go; `bytes` is empty then.
 * @throws SelvedgeError `network`, `timeout`: that is no answer, what does not fit is one
 */
export async function checkDescribed(
  base: string,
  { digest, size }: Pick<Descriptor, 'digest' | 'size'>,
  { keep = true }: { readonly keep?: boolean } = {},
): Promise<Described> {
  try {
    const answer = await httpFetch(`${base}${digest}`, {
      expect: 'bytes',
      maxBytes: size,
      tooLarge: 'trust-too-large',
    });
    if (!answer.ok) await failForStatus(answer);
    const hash = createHash('sha256');
    const kept: Uint8Array[] = [];
    let received = 0;
    for await (const chunk of answer.body) {
      hash.update(chunk);
      received += chunk.length;
      if (keep) kept.push(chunk);
    }
    if (received === size && `sha256:${hash.digest('hex')}` === digest) {
      return { ok: true, bytes: Buffer.concat(kept), detail: `${size} bytes, digest as signed` };
    }
    return { ok: false, detail: `its ${received} bytes do not have the signed digest` };
  } catch (caught) {
    const error = toSelvedgeError(caught);
    if (isSelvedgeError(caught) && ['network', 'timeout'].includes(error.code)) throw error;
    return { ok: false, detail: error.message };
  }
}
