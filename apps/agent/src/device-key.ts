import { join } from 'node:path';
import type { DeviceId } from '@selvedge/core/api';
import { fromHex, type Signer, sha256Hex } from '@selvedge/core/trust';
import { openSigner } from '@selvedge/node/trust';

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
  const signer = await openSigner(
    join(dataDir, 'device.pem'),
    'restore it, or remove it to enrol as a new device',
  );
  const raw = fromHex(signer.key.keyval.public)!;
  const id = `d-${(await sha256Hex(raw)).slice(0, 32)}`;
  return { id, signer, publicKey: Buffer.from(raw).toString('base64') };
}
