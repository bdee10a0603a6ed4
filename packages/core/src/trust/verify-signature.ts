import { ecdsaRaw, pemBytes } from './der.ts';
import { fromHex } from './hex.ts';
import type { TrustKey } from './types.ts';

/**
 * Whether `signature` is one over `message` by `key`: schemes `ed25519` (RFC 8032),
 * `ecdsa-sha2-nistp256`, `ecdsa-sha2-nistp384` (DER) and `rsassa-pss-sha256` (TUF §4.2).
 * An unknown scheme, a malformed key and a malformed signature verify nothing.
 */
export async function verifySignature(
  key: TrustKey,
  signature: Uint8Array,
  message: Uint8Array,
): Promise<boolean> {
  const scheme = schemes[key.scheme];
  if (!scheme?.keytypes.includes(key.keytype)) return false;
  try {
    let imported = importedKeys.get(key);
    if (!imported) {
      imported = scheme.importKey(key.keyval.public);
      importedKeys.set(key, imported);
    }
    const cryptoKey = await imported;
    return cryptoKey !== undefined && (await scheme.verify(cryptoKey, signature, message));
  } catch {
    return false;
  }
}

interface Scheme {
  readonly keytypes: readonly string[];
  importKey(publicKey: string): Promise<CryptoKey | undefined>;
  verify(key: CryptoKey, signature: Uint8Array, message: Uint8Array): Promise<boolean>;
}

const importedKeys = new WeakMap<TrustKey, Promise<CryptoKey | undefined>>();

const ed25519: Scheme = {
  keytypes: ['ed25519'],
  async importKey(text) {
    const raw = fromHex(text);
    if (raw?.length !== 32) return undefined;
    return crypto.subtle.importKey('raw', raw, { name: 'Ed25519' }, true, ['verify']);
  },
  async verify(key, signature, message) {
    return crypto.subtle.verify({ name: 'Ed25519' }, key, signature, message);
  },
};

/** ECDSA over a NIST curve; `size` is the length of one coordinate in bytes. */
const ecdsa = (curve: string, size: number, hash: string): Scheme => ({
  // Repositories older than TUF 1.0.20 repeat the scheme as the key's type.
  keytypes: ['ecdsa', `ecdsa-sha2-nistp${8 * size}`],
  async importKey(text) {
    const spki = pemBytes(text, 'PUBLIC KEY');
    if (!spki) return undefined;
    return crypto.subtle.importKey('spki', spki, { name: 'ECDSA', namedCurve: curve }, true, [
      'verify',
    ]);
  },
  async verify(key, signature, message) {
    const raw = ecdsaRaw(signature, size);
    return raw !== undefined && crypto.subtle.verify({ name: 'ECDSA', hash }, key, raw, message);
  },
});

const rsaPss: Scheme = {
  keytypes: ['rsa'],
  async importKey(text) {
    const spki = pemBytes(text, 'PUBLIC KEY');
    if (!spki) return undefined;
    return crypto.subtle.importKey('spki', spki, { name: 'RSA-PSS', hash: 'SHA-256' }, true, [
      'verify',
    ]);
  },
  async verify(key, signature, message) {
    // TUF does not fix the salt's length. Signers use the digest's, older ones the largest
    // that fits (RFC 8017 §9.1.1: emLen - hLen - 2).
    for (const saltLength of [32, signature.length - 34]) {
      if (saltLength < 0) continue;
      const algorithm = { name: 'RSA-PSS', saltLength };
      if (await crypto.subtle.verify(algorithm, key, signature, message)) return true;
    }
    return false;
  },
};

const schemes: Readonly<Record<string, Scheme | undefined>> = Object.assign(Object.create(null), {
  ed25519,
  'ecdsa-sha2-nistp256': ecdsa('P-256', 32, 'SHA-256'),
  'ecdsa-sha2-nistp384': ecdsa('P-384', 48, 'SHA-384'),
  'rsassa-pss-sha256': rsaPss,
});
