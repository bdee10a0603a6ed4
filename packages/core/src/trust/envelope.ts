import { canonicalBytes } from './canonical.ts';
import { fromHex, toHex } from './hex.ts';
import type { Signer } from './signer.ts';
import type { Envelope, Signature, TrustKey } from './types.ts';
import { verifySignature } from './verify-signature.ts';

/**
 * Signs a document: `{signed, signatures}` over its canonical JSON, one signature per key.
 *
 * @throws TypeError when the document has no canonical form (see `canonicalJson`).
 */
export async function signDocument<T>(signed: T, signers: readonly Signer[]): Promise<Envelope<T>> {
  const message = canonicalBytes(signed);
  const signatures: Signature[] = [];
  const distinct = new Map(signers.map((signer) => [signer.keyid, signer]));
  for (const signer of distinct.values()) {
    signatures.push({ keyid: signer.keyid, sig: toHex(await signer.sign(message)) });
  }
  return { signed, signatures };
}

/**
 * Whether one of the envelope's signatures is by `key`. What the document says is the caller's
 * to check; that it has a canonical form is checked here.
 */
export async function verifyDocument(envelope: Envelope<unknown>, key: TrustKey): Promise<boolean> {
  let message: Uint8Array;
  try {
    message = canonicalBytes(envelope.signed);
  } catch {
    return false;
  }
  for (const { sig } of envelope.signatures.slice(0, 8)) {
    const bytes = fromHex(sig);
    if (bytes && (await verifySignature(key, bytes, message))) return true;
  }
  return false;
}
