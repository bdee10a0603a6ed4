import { keyIdOf, type Signer } from './signer.ts';
import type { TrustKey } from './types.ts';
import { verifySignature } from './verify-signature.ts';

/** A DSSE envelope (secure-systems-lab/dsse, v1.0.2): a statement about an artifact, and who says it. */
export interface DsseEnvelope {
  /** What `payload` is: `application/vnd.in-toto+json`. */
  readonly payloadType: string;
  /** Base64. */
  readonly payload: string;
  readonly signatures: readonly { readonly keyid: string; readonly sig: string }[];
}

/** Signs a payload: one signature per key, over its type and its bytes. */
export async function signEnvelope(
  payloadType: string,
  payload: Uint8Array,
  signers: readonly Signer[],
): Promise<DsseEnvelope> {
  const message = preAuthEncoding(payloadType, payload);
  const signatures = [];
  for (const { keyid, sign } of signers) {
    signatures.push({ keyid, sig: toBase64(await sign(message)) });
  }
  return { payloadType, payload: toBase64(payload), signatures };
}

/**
 * The payload, where one of the envelope's signatures is by one of the keys; undefined otherwise.
 * An envelope authorises nothing: it carries statements, and TUF says what may run.
 */
export async function openEnvelope(
  { payloadType, payload, signatures }: DsseEnvelope,
  keys: readonly TrustKey[],
): Promise<Uint8Array | undefined> {
  const bytes = fromBase64(payload);
  if (!bytes) return undefined;
  const message = preAuthEncoding(payloadType, bytes);
  const known = new Map<string, TrustKey>();
  for (const key of keys) known.set(await keyIdOf(key), key);
  for (const { keyid, sig } of signatures.slice(0, 8)) {
    const key = known.get(keyid);
    const signature = fromBase64(sig);
    if (key && signature && (await verifySignature(key, signature, message))) return bytes;
  }
  return undefined;
}

/** DSSE protocol, "Signature definition": `PAE(type, body)`. Lengths are of UTF-8 bytes. */
function preAuthEncoding(type: string, body: Uint8Array): Uint8Array {
  const encoder = new TextEncoder();
  const typeBytes = encoder.encode(type).length;
  const head = encoder.encode(`DSSEv1 ${typeBytes} ${type} ${body.length} `);
  const message = new Uint8Array(head.length + body.length);
  message.set(head);
  message.set(body, head.length);
  return message;
}

function toBase64(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 0x8000) {
    text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  }
  return btoa(text);
}

/** Standard or URL-safe (the specification allows both); undefined for what is neither. */
function fromBase64(text: string): Uint8Array | undefined {
  try {
    const plain = text.replaceAll('-', '+').replaceAll('_', '/');
    return Uint8Array.from(atob(plain), (letter) => letter.charCodeAt(0));
  } catch {
    return undefined;
  }
}
