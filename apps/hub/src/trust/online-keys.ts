import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fail } from '@selvedge/core/errors';
import { ed25519Pem, type Signer, signerFromPem } from '@selvedge/core/trust';
import { diskError, isMissing, makeDirectory, writeDurably } from '@selvedge/node/store';

/** The keys that a hub signs with by itself. Those of root, targets and families stay elsewhere. */
export interface OnlineKeys {
  readonly snapshot: Signer;
  readonly timestamp: Signer;
}

/** Reads the online keys from `dir`, or makes them: Ed25519 in PKCS#8 PEM, 0600. */
export async function openOnlineKeys(dir: string): Promise<OnlineKeys> {
  await makeDirectory(dir);
  return {
    snapshot: await openKey(join(dir, 'snapshot.pem')),
    timestamp: await openKey(join(dir, 'timestamp.pem')),
  };
}

async function openKey(file: string): Promise<Signer> {
  let pem = await readPem(file);
  if (pem === undefined) {
    pem = ed25519Pem(randomBytes(32));
    await writeDurably(file, pem, { mode: 0o600 });
  }
  try {
    return await signerFromPem(pem);
  } catch (cause) {
    return fail('bad-input', `${file}: ${(cause as Error).message}`, {
      hint: 'restore it from a backup; a new key would need a new root from its owner',
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
