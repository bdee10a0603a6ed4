import { canonicalBytes } from './canonical.ts';
import { checkSignatures, checkSigned, Malformed } from './metadata-format.ts';
import { refuse } from './refusal.ts';
import type { MetadataFile, Refusal, SignedOf, TopRole } from './types.ts';

/**
 * Reads a metadata file of a type (a delegated role's is `targets`). Its form is checked, its
 * signatures are not.
 *
 * @param subject names the file in a refusal.
 */
export function readMetadata<T extends TopRole>(
  type: T,
  bytes: Uint8Array,
  subject: string,
): MetadataFile<SignedOf[T]> | Refusal {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    const envelope = JSON.parse(text) as { signed?: unknown; signatures?: unknown } | null;
    const signatures = checkSignatures(envelope?.signatures);
    const signed = checkSigned(type, envelope?.signed);
    return { signed, signatures, bytes, signedBytes: canonicalBytes(signed) };
  } catch (caught) {
    const reason =
      caught instanceof Malformed ? caught.message : 'not UTF-8 JSON with a canonical form';
    return refuse('trust-format', subject, '4', reason);
  }
}
