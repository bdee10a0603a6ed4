import { canonicalBytes } from './canonical.ts';
import { pemBytes, pemText } from './der.ts';
import { sha256Hex } from './digest.ts';
import { toHex } from './hex.ts';
import type { TrustKey } from './types.ts';

/** Something that holds a private key and signs with it: a file, a hardware token, a service. */
export interface Signer {
  readonly keyid: string;
  readonly key: TrustKey;
  sign(message: Uint8Array): Promise<Uint8Array>;
}

/** TUF §4.2: the hex SHA-256 of the canonical form of the key. */
export const keyIdOf = async (key: TrustKey): Promise<string> => sha256Hex(canonicalBytes(key));

/** A TUF key object from a raw Ed25519 public key of 32 bytes. */
export const ed25519Key = (publicKey: Uint8Array): TrustKey => ({
  keytype: 'ed25519',
  scheme: 'ed25519',
  keyval: { public: toHex(publicKey) },
});

/** PKCS#8 of Ed25519 (RFC 8410 §7) up to the 32 bytes of the private key. */
const pkcs8Prefix = [0x30, 46, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 34, 4, 32];

/**
 * A private Ed25519 key as PKCS#8 PEM, from 32 random bytes. Randomness is the caller's:
 * `ed25519Pem(crypto.getRandomValues(new Uint8Array(32)))`.
 */
export function ed25519Pem(seed: Uint8Array): string {
  if (seed.length !== 32) throw new TypeError('an Ed25519 key needs 32 random bytes');
  return pemText(Uint8Array.of(...pkcs8Prefix, ...seed), 'PRIVATE KEY');
}

/**
 * A signer from an Ed25519 private key in PKCS#8 PEM.
 *
 * @throws TypeError when the text is not one.
 */
export async function signerFromPem(pem: string): Promise<Signer> {
  const pkcs8 = pemBytes(pem, 'PRIVATE KEY');
  if (!pkcs8) throw new TypeError('not a PKCS#8 PEM file');
  const algorithm = { name: 'Ed25519' };
  let privateKey: CryptoKey;
  try {
    privateKey = await crypto.subtle.importKey('pkcs8', pkcs8, algorithm, true, ['sign']);
  } catch (cause) {
    throw new TypeError('not an Ed25519 private key', { cause });
  }
  const { x } = await crypto.subtle.exportKey('jwk', privateKey);
  const key = ed25519Key(fromBase64Url(x ?? ''));
  return {
    key,
    keyid: await keyIdOf(key),
    sign: async (message) =>
      new Uint8Array(await crypto.subtle.sign(algorithm, privateKey, message)),
  };
}

const fromBase64Url = (text: string): Uint8Array =>
  Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (char) =>
    char.charCodeAt(0),
  );
