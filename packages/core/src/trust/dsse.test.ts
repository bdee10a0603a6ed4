import { describe, expect, it } from 'vitest';
import { openEnvelope, signEnvelope } from './dsse.ts';
import { ed25519Pem, type Signer, signerFromPem } from './signer.ts';

const signer = (seed: number): Promise<Signer> =>
  signerFromPem(ed25519Pem(new Uint8Array(32).fill(seed)));
const type = 'application/vnd.in-toto+json';
const payload = new TextEncoder().encode('{"statement":"é"}');

describe('a DSSE envelope', () => {
  it('gives its payload to whoever has the key', async () => {
    const own = await signer(1);
    const envelope = await signEnvelope(type, payload, [own]);
    expect(await openEnvelope(envelope, [own.key])).toEqual(payload);
    expect(await openEnvelope(envelope, [(await signer(2)).key])).toBeUndefined();
    expect(await signEnvelope(type, payload, [own])).toEqual(envelope);
  });

  it('signs what the specification says: type and body with their lengths', async () => {
    const messages: Uint8Array[] = [];
    const spy: Signer = {
      ...(await signer(1)),
      sign: async (message) => {
        messages.push(message);
        return message;
      },
    };
    await signEnvelope('http://example.com/HelloWorld', new TextEncoder().encode('hello world'), [
      spy,
    ]);
    // The specification's own example.
    expect(new TextDecoder().decode(messages[0])).toBe(
      'DSSEv1 29 http://example.com/HelloWorld 11 hello world',
    );
  });

  it.each([
    ['payload', { payload: btoa('{"statement":"e"}') }],
    ['type', { payloadType: 'text/plain' }],
    ['signature', { signatures: [{ keyid: '', sig: 'AAAA' }] }],
    ['base64', { payload: '%' }],
  ])('is refused with another %s', async (_, change) => {
    const own = await signer(1);
    const envelope = { ...(await signEnvelope(type, payload, [own])), ...change };
    expect(await openEnvelope(envelope, [own.key])).toBeUndefined();
  });
});
