import { mkdir, open } from 'node:fs/promises';
import { dirname, parse, resolve } from 'node:path';

/**
 * Makes the names in a directory durable: after a rename, a power cut may otherwise bring the old
 * name back (fsync(2): "Calling fsync() does not necessarily ensure that the entry in the
 * directory containing the file has also reached disk").
 */
export async function syncDirectory(dir: string): Promise<void> {
  // Windows opens no directories; its renames are journalled by the file system.
  if (process.platform === 'win32') return;
  const handle = await open(dir, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Creates a directory with its missing parents, each durable in its own parent. */
export async function makeDirectory(dir: string, mode = 0o700): Promise<void> {
  const first = await mkdir(dir, { recursive: true, mode });
  if (first === undefined) return;
  const root = parse(resolve(first)).root;
  for (let made = resolve(dir); ; made = dirname(made)) {
    await syncDirectory(dirname(made));
    if (made === resolve(first) || made === root) return;
  }
}
