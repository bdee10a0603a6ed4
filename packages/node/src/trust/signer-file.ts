import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fail } from '@selvedge/core/errors';
import { ed25519Pem, type Signer, signerFromPem } from '@selvedge/core/trust';
import { diskError, isMissing, makeDirectory, writeDurably } from '../store/index.ts';

/**
 * The signer of a PKCS#8 PEM file; makes the key (0600, durable before it is used) where there is
 * no file yet. For keys that live with their process: a device's own, a hub's online keys.
 *
 * @throws SelvedgeError `bad-input` when the file is not an Ed25519 key, `disk-full`, `io-failed`
 */
export async function openSigner(file: string): Promise<Signer> {
  const pem = await readPem(file);
  if (pem !== undefined) return parse(file, pem);
  const made = ed25519Pem(randomBytes(32));
  await makeDirectory(dirname(file));
  await writeDurably(file, made, { mode: 0o600 });
  return parse(file, made);
}

async function readPem(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (caught) {
    if (isMissing(caught)) return undefined;
    throw diskError(caught, `read ${file}`);
  }
}

async function parse(file: string, pem: string): Promise<Signer> {
  try {
    return await signerFromPem(pem);
  } catch (cause) {
    return fail('bad-input', `${file} is not an Ed25519 private key in PKCS#8 PEM`, {
      hint: 'restore it from a backup, or move it away to have a new one made',
      cause,
    });
  }
}
