import { randomBytes } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { diskError } from './disk-error.ts';
import { syncDirectory } from './sync-directory.ts';

/**
 * Puts a whole file in place so that a reader, also one after a crash, sees the old bytes or the
 * new ones and never a part: temporary file in the same directory, write, fsync, rename, fsync of
 * the directory. The directory must exist.
 *
 * @param options.mode permissions of the new file, by default 0o600 for no one but the owner.
 * @throws SelvedgeError `disk-full`, `io-failed`; the temporary file is gone, the old one stays.
 */
export async function writeDurably(
  path: string,
  bytes: Uint8Array | string,
  options: { mode?: number } = {},
): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}${temporarySuffix}`;
  try {
    await writeSynced(temporary, bytes, options.mode ?? 0o600);
    await rename(temporary, path);
    await syncDirectory(dirname(path));
  } catch (caught) {
    // Where not even that works (the name is too long), the first error says more.
    await rm(temporary, { force: true }).catch(() => {});
    throw diskError(caught, `write ${path}`);
  }
}

/** How unfinished files end; {@link openDataDir} owners may remove what a crash left of them. */
export const temporarySuffix = '.tmp';

async function writeSynced(path: string, bytes: Uint8Array | string, mode: number): Promise<void> {
  const handle = await open(path, 'wx', mode);
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
}
