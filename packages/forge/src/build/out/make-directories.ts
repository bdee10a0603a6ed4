import { mkdir, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

/**
 * Makes a directory and what is missing above it, one level at a time: where a file system takes none
 * (Linux's /proc), Node's own recursive mkdir tries for ever.
 *
 * @param mode of what is made, less the process's umask
 * @returns what was made, the outermost first
 * @throws Error with the system's code, and the level that failed as `path`
 */
export async function makeDirectories(directory: string, mode = 0o777): Promise<string[]> {
  const missing: string[] = [];
  for (let level = resolve(directory); !(await isThere(level)); level = dirname(level)) {
    missing.unshift(level);
    if (dirname(level) === level) break;
  }
  const made: string[] = [];
  for (const level of missing) if (await makeOne(level, mode)) made.push(level);
  return made;
}

/** @returns false where another process was faster */
async function makeOne(directory: string, mode: number): Promise<boolean> {
  try {
    await mkdir(directory, { mode });
    return true;
  } catch (caught) {
    if ((caught as NodeJS.ErrnoException).code !== 'EEXIST') throw caught;
    return false;
  }
}

async function isThere(path: string): Promise<boolean> {
  try {
    const found = await stat(path);
    if (found.isDirectory()) return true;
    throw Object.assign(new Error(`${path} is no directory`), { code: 'ENOTDIR', path });
  } catch (caught) {
    if ((caught as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw caught;
  }
}
