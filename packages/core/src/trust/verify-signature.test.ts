import { generateKeyPairSync, sign } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ecdsaRaw } from './der.ts';
import type { TrustKey } from './types.ts';
import { verifySignature } from './verify-signature.ts';

const message = new TextEncoder().encode('documents go down');
const flip = (bytes: Uint8Array, at: number): Uint8Array =>
  bytes.map((byte, index) => (index === at ? byte ^ 1 : byte));

/** Signed by OpenSSL, so that not the same code signs and verifies. */
function schemes(): [string, TrustKey, Uint8Array][] {
  const keyOf = (keytype: string, scheme: string, publicText: string): TrustKey => ({
    keytype,
    scheme,
    keyval: { public: publicText },
  });
  const ed = generateKeyPairSync('ed25519');
  const raw = ed.publicKey.export({ type: 'spki', format: 'der' }).subarray(-32).toString('hex');
  const made: [string, TrustKey, Uint8Array][] = [
    ['ed25519', keyOf('ed25519', 'ed25519', raw), sign(null, message, ed.privateKey)],
  ];
  for (const [curve, scheme, hash] of [
    ['prime256v1', 'ecdsa-sha2-nistp256', 'sha256'],
    ['secp384r1', 'ecdsa-sha2-nistp384', 'sha384'],
  ] as const) {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: curve });
    const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
    made.push([scheme, keyOf('ecdsa', scheme, pem), sign(hash, message, privateKey)]);
  }
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = rsa.publicKey.export({ type: 'spki', format: 'pem' }).toString();
  for (const saltLength of [32, 222]) {
    const signature = sign('sha256', message, { key: rsa.privateKey, padding: 6, saltLength });
    made.push([
      `rsassa-pss-sha256, salt ${saltLength}`,
      keyOf('rsa', 'rsassa-pss-sha256', pem),
      signature,
    ]);
  }
  return made;
}

describe.each(schemes())('%s', (_, key, signature) => {
  it('verifies what its key signed, and nothing else', async () => {
    expect(await verifySignature(key, signature, message)).toBe(true);
    expect(await verifySignature(key, signature, flip(message, 0))).toBe(false);
    expect(await verifySignature(key, flip(signature, signature.length - 1), message)).toBe(false);
    expect(await verifySignature(key, signature.subarray(1), message)).toBe(false);
    expect(await verifySignature(key, new Uint8Array(), message)).toBe(false);
  });

  it('verifies nothing under an unknown scheme, a wrong type or a damaged key', async () => {
    const damaged = { public: key.keyval.public.slice(4) };
    for (const wrong of [
      { scheme: 'none' },
      { scheme: 'toString' },
      { keytype: 'dsa' },
      { keyval: damaged },
    ]) {
      expect(await verifySignature({ ...key, ...wrong }, signature, message)).toBe(false);
    }
  });
});

describe('an ECDSA signature in DER', () => {
  it('reads back what OpenSSL wrote, r and s of any length', () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
    for (let at = 0; at < 300; at++) {
      const data = Buffer.from(String(at));
      expect(ecdsaRaw(sign('sha256', data, privateKey), 32)).toHaveLength(64);
    }
  });

  it('never throws, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        const raw = ecdsaRaw(Uint8Array.of(0x30, ...bytes), 32);
        expect(raw === undefined || raw.length === 64).toBe(true);
      }),
    );
  });
});
