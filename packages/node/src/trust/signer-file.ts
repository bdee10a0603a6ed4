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
 * @param whenDamaged what to do about a file that holds no key, for the one who reads the error.
 * @throws SelvedgeError `bad-input` when the file is not an Ed25519 key, `disk-full`, `io-failed`
 */
export async function openSigner(file: string, whenDamaged: string): Promise<Signer> {
  let pem = await readPem(file);
  if (pem === undefined) {
    pem = ed25519Pem(randomBytes(32));
    await makeDirectory(dirname(file));
    await writeDurably(file, pem, { mode: 0o600 });
  }
  try {
    return await signerFromPem(pem);
  } catch (cause) {
    return fail('bad-input', `${file}: ${(cause as Error).message}`, {
      hint: whenDamaged,
      details: { file },
      cause,
    });
  }
}

async function readPem(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (caught) {
    if (isMissing(caught)) return undefined;
    throw diskError(caught, `read ${file}`);
  }
}
