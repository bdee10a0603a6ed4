import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fail } from '@selvedge/core/errors';
import type { DeviceId } from '@selvedge/core/release';
import { ed25519Pem, fromHex, type Signer, sha256Hex, signerFromPem } from '@selvedge/core/trust';
import { isMissing, writeDurably } from '@selvedge/node/store';

/** Who this device is: nobody else can say so without its key. */
export interface DeviceIdentity {
  readonly id: DeviceId;
  readonly signer: Signer;
  /** Raw Ed25519 public key, 32 bytes in base64. */
  readonly publicKey: string;
}

/**
 * Reads the device's key pair, or makes it at the first run: `device.pem`, for the owner's eyes
 * only. The id is made from the public key, so that it cannot be taken by another key.
 *
 * @throws SelvedgeError `bad-input` for a file that is no Ed25519 key, `io-failed`, `disk-full`
 */
export async function openDeviceIdentity(dataDir: string): Promise<DeviceIdentity> {
  const file = join(dataDir, 'device.pem');
  const signer = await readSigner(file);
  const raw = fromHex(signer.key.keyval.public)!;
  const id = `d-${(await sha256Hex(raw)).slice(0, 32)}`;
  return { id, signer, publicKey: Buffer.from(raw).toString('base64') };
}

async function readSigner(file: string): Promise<Signer> {
  let pem: string;
  try {
    pem = await readFile(file, 'utf8');
  } catch (caught) {
    if (!isMissing(caught)) throw caught;
    pem = ed25519Pem(crypto.getRandomValues(new Uint8Array(32)));
    await writeDurably(file, pem, { mode: 0o600 });
  }
  try {
    return await signerFromPem(pem);
  } catch (cause) {
    return fail('bad-input', `${file}: ${(cause as Error).message}`, {
      hint: 'restore it, or remove it to enrol as a new device',
      details: { file },
      cause,
    });
  }
}
