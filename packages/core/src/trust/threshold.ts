import { fromHex } from './hex.ts';
import { refuse } from './refusal.ts';
import type { Envelope, MetadataFile, Refusal, RoleKeys, TrustKey } from './types.ts';
import { verifySignature } from './verify-signature.ts';

/**
 * Checks that a file is signed by a threshold of a role's keys (§5.3.4 and its kin). A key counts
 * once, under however many ids it is listed; ids without a key and schemes that are not known
 * count nothing.
 *
 * @returns the refusal, or undefined when the threshold is met.
 */
export async function checkThreshold(
  file: MetadataFile<unknown>,
  keys: Readonly<Record<string, TrustKey>>,
  role: RoleKeys,
  subject: string,
  section: string,
): Promise<Refusal | undefined> {
  const signatures = signatureOf(file);
  const counted = new Set<string>();
  for (const keyid of role.keyids) {
    const key = Object.hasOwn(keys, keyid) ? keys[keyid] : undefined;
    const signature = signatures.get(keyid);
    if (!key || !signature || counted.has(key.keyval.public.trim())) continue;
    if (await verifySignature(key, signature, file.signedBytes))
      counted.add(key.keyval.public.trim());
    if (counted.size >= role.threshold) return undefined;
  }
  const message = `${counted.size} of ${role.threshold} needed signatures are valid`;
  return refuse('trust-signature', subject, section, message);
}

function signatureOf(file: Envelope<unknown>): Map<string, Uint8Array> {
  const signatures = new Map<string, Uint8Array>();
  for (const { keyid, sig } of file.signatures) {
    const bytes = fromHex(sig);
    if (bytes) signatures.set(keyid, bytes);
  }
  return signatures;
}
