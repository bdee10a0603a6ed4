import { describe, expect, it } from 'vitest';
import { signDocument, verifyDocument } from './envelope.ts';
import { ed25519Pem, keyIdOf, signerFromPem } from './signer.ts';

const signerOf = (byte: number) => signerFromPem(ed25519Pem(new Uint8Array(32).fill(byte)));

describe('a signed document', () => {
  it('verifies with the key that signed it, also after a trip through JSON', async () => {
    const signer = await signerOf(1);
    const envelope = await signDocument({ b: [1, 2.5], a: 'é"\\\n' }, [signer]);
    expect(await verifyDocument(JSON.parse(JSON.stringify(envelope)), signer.key)).toBe(true);
  });

  it('does not verify with another key, nor after a change', async () => {
    const signer = await signerOf(1);
    const envelope = await signDocument({ sequence: 1 }, [signer]);
    expect(await verifyDocument(envelope, (await signerOf(2)).key)).toBe(false);
    expect(await verifyDocument({ ...envelope, signed: { sequence: 2 } }, signer.key)).toBe(false);
  });

  it('does not verify when its signature is not hex or the document has no canonical form', async () => {
    const signer = await signerOf(1);
    const { signatures } = await signDocument({}, [signer]);
    expect(
      await verifyDocument({ signed: {}, signatures: [{ keyid: '', sig: 'zz' }] }, signer.key),
    ).toBe(false);
    expect(await verifyDocument({ signed: { text: '\ud800' }, signatures }, signer.key)).toBe(
      false,
    );
  });
});

describe('a key', () => {
  it('has the id of its canonical form', async () => {
    // RFC 8032 §7.1, test 1.
    const seed = '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60';
    const signer = await signerFromPem(
      ed25519Pem(Uint8Array.from(seed.match(/../g)!, (x) => Number.parseInt(x, 16))),
    );
    expect(signer.key.keyval.public).toBe(
      'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
    );
    expect(signer.keyid).toBe(await keyIdOf(signer.key));
  });

  it('is refused when the PEM holds something else', async () => {
    await expect(
      signerFromPem('-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n'),
    ).rejects.toThrow('not an Ed25519');
    await expect(signerFromPem('hello')).rejects.toThrow('PEM');
    expect(() => ed25519Pem(new Uint8Array(31))).toThrow('32');
  });
});
