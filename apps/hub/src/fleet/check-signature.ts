import type { DeviceId, Enrolment, StateReport } from '@selvedge/core/api';
import { fail } from '@selvedge/core/errors';
import { type Envelope, ed25519Key, sha256Hex, verifyDocument } from '@selvedge/core/trust';

/**
 * An enrolment is signed by the key that it brings, and names the device that this key is:
 * nobody can enrol under another's name, and nobody needs to be believed.
 *
 * @throws SelvedgeError `trust-signature`
 */
export async function checkEnrolment(envelope: Envelope<Enrolment>): Promise<void> {
  const { device, publicKey } = envelope.signed;
  const raw = rawKey(publicKey);
  if (device !== `d-${(await sha256Hex(raw)).slice(0, 32)}`) {
    fail('trust-signature', `device ${device} is not the one that this key belongs to`, {
      hint: 'a device is named by the hash of its own key',
      details: { device },
    });
  }
  await check(envelope, raw, device);
}

/**
 * A state report is signed by the key that its device enrolled with.
 *
 * @throws SelvedgeError `trust-signature`
 */
export async function checkReport(
  envelope: Envelope<StateReport>,
  device: DeviceId,
  publicKey: string,
): Promise<void> {
  if (envelope.signed.device !== device) {
    fail('trust-signature', `the report is by ${envelope.signed.device}, not by ${device}`, {
      details: { device },
    });
  }
  await check(envelope, rawKey(publicKey), device);
}

async function check(envelope: Envelope<unknown>, raw: Uint8Array, device: string): Promise<void> {
  if (await verifyDocument(envelope, ed25519Key(raw))) return;
  fail('trust-signature', `the document is not signed by the key of ${device}`, {
    hint: 'sign the canonical JSON of "signed" with the device’s Ed25519 key',
    details: { device },
  });
}

function rawKey(base64: string): Uint8Array {
  const raw = Buffer.from(base64, 'base64');
  if (raw.length === 32 && raw.toString('base64') === base64) return raw;
  return fail('bad-document', 'publicKey: expected 32 bytes in base64', {
    details: { field: 'publicKey' },
  });
}
