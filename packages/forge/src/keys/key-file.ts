import { randomBytes } from 'node:crypto';
import { link, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fail, SelvedgeError, toSelvedgeError } from '@selvedge/core/errors';
import { ed25519Pem, type Signer, signerFromPem } from '@selvedge/core/trust';
import { statRegular } from '../files/index.ts';

/**
 * Makes a new Ed25519 key in a PKCS#8 PEM file that only its owner may read (0600). A file that
 * is there already is never overwritten: a lost key cannot be made again.
 *
 * @throws SelvedgeError `bad-input` when the file exists, `disk-full`, `io-failed`
 */
export async function makeKeyFile(file: string): Promise<Signer> {
  const pem = ed25519Pem(randomBytes(32));
  await writeWhole(file, pem, { overwrite: false });
  return signerFromPem(pem);
}

/**
 * The signer of a key file; undefined when there is no such file.
 *
 * @throws SelvedgeError `bad-input` when it holds no Ed25519 key, `io-failed`
 */
export async function readKeyFile(file: string): Promise<Signer | undefined> {
  const pem = await readIfThere(file);
  if (pem === undefined) return undefined;
  try {
    return await signerFromPem(new TextDecoder().decode(pem));
  } catch (cause) {
    return fail('bad-input', `${file}: ${(cause as Error).message}`, {
      hint: 'expected an Ed25519 private key in PKCS#8 PEM; restore it from a backup',
      details: { file },
      cause,
    });
  }
}

/**
 * A file's bytes; undefined when it is not there.
 *
 * @throws SelvedgeError `bad-input` for a directory, pipe or device, `io-failed`
 */
export async function readIfThere(file: string): Promise<Uint8Array | undefined> {
  await statRegular(file, 'bad-input');
  try {
    return await readFile(file);
  } catch (caught) {
    if ((caught as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw fileError(caught, file);
  }
}

/** Writes a file so that it is there whole and durable, or not at all; 0600. */
export async function writeWhole(
  file: string,
  content: string | Uint8Array,
  { overwrite }: { overwrite: boolean },
): Promise<void> {
  const temporary = `${file}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    const handle = await open(temporary, 'wx', 0o600);
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    // A link fails where a rename would replace.
    if (overwrite) await rename(temporary, file);
    else await link(temporary, file);
    await syncDirectory(dirname(file));
  } catch (caught) {
    throw fileError(caught, file);
  } finally {
    await rm(temporary, { force: true });
  }
}

/** Makes the names in a directory durable (fsync(2)); Windows journals them itself. */
export async function syncDirectory(dir: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(dir, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function fileError(caught: unknown, file: string): SelvedgeError {
  const { code } = caught as NodeJS.ErrnoException;
  const about = { details: { file }, cause: caught };
  if (code === 'EEXIST') {
    const hint = 'keys are never overwritten; give another directory';
    return new SelvedgeError('bad-input', `${file} is there already`, { hint, ...about });
  }
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    const hint = 'free some space and try again';
    return new SelvedgeError('disk-full', `could not write ${file}: no space left`, {
      hint,
      ...about,
    });
  }
  if (typeof code !== 'string') return toSelvedgeError(caught);
  const hint = 'check the path and its permissions';
  return new SelvedgeError('io-failed', `${file}: ${(caught as Error).message}`, {
    hint,
    ...about,
  });
}
